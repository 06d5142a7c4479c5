"""`python -m livetrip_cli`."""

from livetrip_cli.main import main

raise SystemExit(main())
