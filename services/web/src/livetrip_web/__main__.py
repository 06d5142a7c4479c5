"""`python -m livetrip_web`."""

from livetrip_web.main import main

raise SystemExit(main())
