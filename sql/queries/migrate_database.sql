-- Makes the database of the configured name. Parameter: database.
CREATE DATABASE IF NOT EXISTS {database:Identifier}
