//! chDB behind ClickHouse's HTTP interface.
