"""`python -m livetrip_api`."""

from livetrip_api.main import main

raise SystemExit(main())
