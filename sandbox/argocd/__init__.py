"""What Argo CD does with our resources, as its source (v3.6.1) says: judge their health, compare them with Git, apply, prune."""
