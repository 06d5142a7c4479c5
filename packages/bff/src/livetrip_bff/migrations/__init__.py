"""Every form that the database ever had, one revision after another. They only add: see `database.migrating`."""
