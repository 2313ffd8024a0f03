"""`python -m navaar` is `navaar`."""

from navaar.cli import main

raise SystemExit(main())
