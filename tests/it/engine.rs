//! chDB behind ClickHouse's HTTP interface, as the `clickhouse` crate sees it.

use clickhouse::{Client, Row};
use serde::{Deserialize, Serialize};

use crate::support::engine::TestEngine;

#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
struct Pair {
    n: u64,
    text: String,
}

async fn execute(client: &Client, sql: &str) {
    client.query(sql).execute().await.unwrap();
}

async fn count(client: &Client, table: &str) -> u64 {
    client.query(&format!("SELECT count() FROM {table}")).fetch_one().await.unwrap()
}

/// One line feed behind the other ends a statement in the engine's text call, and what follows is run as SQL.
#[tokio::test]
async fn blank_lines_in_insert_data_are_data_in_every_format() {
    let engine = TestEngine::start();
    let client = engine.database("blank_lines").await;
    execute(&client, "CREATE TABLE t (n UInt64, text String) ENGINE = MergeTree ORDER BY n").await;
    let cases: [(&str, &[u8]); 6] = [
        ("JSONEachRow", b"{\"n\":1,\"text\":\"a\"}\n\n\n{\"n\":2,\"text\":\"DROP TABLE t\"}\n"),
        ("CSV", b"1,\"a\n\nDROP TABLE t\"\n2,\"b\n\n\"\n"),
        ("TSV", b"1\ta\n2\tb\\n\\nDROP TABLE t\n"),
        ("RowBinary", b"\x01\0\0\0\0\0\0\0\x0c\n\nDROP TABLE\x02\0\0\0\0\0\0\0\x02\n\n"),
        ("Values", b"(1, 'a\n\nDROP TABLE t'), (2, '\n\n')"),
        (
            "Native",
            b"\x02\x02\x01n\x06UInt64\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x04text\x06String\x02\n\n\x06\n\nDROP",
        ),
    ];
    for (format, data) in cases {
        let mut insert = client.insert_formatted_with(format!("INSERT INTO t FORMAT {format}"));
        insert.send(bytes::Bytes::from_static(data)).await.unwrap();
        insert.end().await.unwrap();
        assert_eq!(count(&client, "t").await, 2, "{format}");
        execute(&client, "TRUNCATE TABLE t").await;
    }
}
