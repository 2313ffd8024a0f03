"""`navaar completion`: the shell completes verbs and options."""

import click

HOW = {
    "bash": "echo 'eval \"$(navaar completion bash)\"' >> ~/.bashrc",
    "zsh": "echo 'eval \"$(navaar completion zsh)\"' >> ~/.zshrc",
    "fish": "navaar completion fish > ~/.config/fish/completions/navaar.fish",
}


@click.command(epilog="\b\nOnce for all:\n" + "\n".join(f"  {shell + ':':5} {line}" for shell, line in HOW.items()))
@click.argument("shell", type=click.Choice(tuple(HOW)))
def command(shell: str) -> None:
    """Prints what makes the shell complete verbs and options, for `navaar`; for `kubectl navaar` nothing has to be done."""
    from navaar.cli.completion import script

    click.echo(script(shell))
