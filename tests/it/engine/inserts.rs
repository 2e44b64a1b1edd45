//! Data in.

use bytes::Bytes;
use futures_util::future::join_all;
use opcentre::engine::{LIBRARY_BYTES, LIBRARY_RELEASE, LIBRARY_SHA256};

use super::{PAIRS, Pair, code, execute, number, post, refusal, until_idle};
use crate::support::engine::TestEngine;

/// In the engine's text call one line feed behind the other ends the data, and what follows is run as SQL.
#[tokio::test]
async fn blank_lines_in_insert_data_are_data_in_every_format() {
    let engine = TestEngine::start();
    let client = engine.database("blank_lines").await;
    execute(&client, PAIRS).await;
    let cases: [(&str, &[u8]); 7] = [
        ("JSONEachRow", b"{\"n\":1,\"text\":\"a\"}\n\n\n{\"n\":2,\"text\":\"DROP TABLE t\"}\n"),
        ("CSV", b"1,\"a\n\nDROP TABLE t\"\n2,\"b\n\n\"\n"),
        ("TSV", b"1\ta\n2\tb\\n\\nDROP TABLE t\n"),
        ("RowBinary", b"\x01\0\0\0\0\0\0\0\x0c\n\nDROP TABLE\x02\0\0\0\0\0\0\0\x02\n\n"),
        (
            "RowBinaryWithNamesAndTypes",
            b"\x02\x01n\x04text\x06UInt64\x06String\n\n\0\0\0\0\0\0\x02\n\n\n\n\n\n\n\n\n\n\x0c\n\nDROP TABLE",
        ),
        ("Values", b"(1, 'a\n\nDROP TABLE t'),\n\n(2, '\n\n')"),
        (
            "Native",
            b"\x02\x02\x01n\x06UInt64\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x04text\x06String\x02\n\n\x06\n\nDROP",
        ),
    ];
    for (format, data) in cases {
        let mut insert = client.insert_formatted_with(format!("INSERT INTO t FORMAT {format}"));
        insert.send(Bytes::from_static(data)).await.unwrap();
        insert.end().await.unwrap_or_else(|error| panic!("{format}: {error}"));
        assert_eq!(number(&client, "SELECT count() FROM t").await, 2, "{format}");
        execute(&client, "TRUNCATE TABLE t").await;
    }
}

#[tokio::test]
async fn a_statement_behind_a_blank_line_of_the_data_is_not_run() {
    let engine = TestEngine::start();
    let client = engine.client();
    execute(&client, PAIRS).await;
    let data = b"{\"n\":1,\"text\":\"\"}\n\nDROP TABLE t";
    let apart = post(&engine, "query=INSERT%20INTO%20t%20FORMAT%20JSONEachRow", data).await;
    assert_eq!(code(&apart), Some("27"));
    let behind = post(&engine, "", b"INSERT INTO t FORMAT JSONEachRow\n{\"n\":1,\"text\":\"\"}\n\nDROP TABLE t").await;
    assert_eq!(code(&behind), Some("27"));
    assert_eq!(number(&client, "SELECT count() FROM t").await, 0);
    let whole =
        post(&engine, "", b"INSERT INTO t FORMAT JSONEachRow\n{\"n\":1,\"text\":\"\"}\n\n{\"n\":2,\"text\":\"\"}")
            .await;
    assert_eq!(code(&whole), None);
    assert!(whole.headers()["x-clickhouse-summary"].to_str().unwrap().contains("\"written_rows\":\"2\""));
    assert_eq!(number(&client, "SELECT count() FROM t").await, 2);
}

#[tokio::test]
async fn every_row_sent_in_binary_is_stored() {
    let engine = TestEngine::start();
    let client = engine.client();
    execute(&client, PAIRS).await;
    let numbers = (0..100_000).chain([0x0a0a, 0x0a0a_0a0a, 0x0a0a_0a0a_0a0a_0a0a]);
    let rows: Vec<Pair> =
        numbers.map(|n| Pair { n, text: "\n\n;SELECT 1;\n\n"[..(n % 15) as usize].to_owned() }).collect();
    for batch in [&rows[..2570], &rows[2570..]] {
        let mut insert = client.insert::<Pair>("t").await.unwrap();
        for row in batch {
            insert.write(row).await.unwrap();
        }
        insert.end().await.unwrap();
    }
    let mut stored: Vec<Pair> = client.query("SELECT ?fields FROM t ORDER BY n").fetch_all().await.unwrap();
    let mut sent = rows;
    for rows in [&mut stored, &mut sent] {
        rows.sort_by(|a, b| (a.n, &a.text).cmp(&(b.n, &b.text)));
    }
    assert!(stored == sent, "{} rows of {}", stored.len(), sent.len());
}

/// Answered while the client is still sending, it would hear "broken pipe", and so would its next request.
#[tokio::test]
async fn an_insert_that_fails_early_says_why_and_harms_no_later_query() {
    let engine = TestEngine::start();
    let client = engine.client();
    let data = Bytes::from(vec![b'1'; 1 << 20]);
    for _ in 0..60 {
        let mut insert = client.insert_formatted_with("INSERT INTO nowhere FORMAT CSV");
        let sent = async {
            for _ in 0..4 {
                insert.send(data.clone()).await?;
            }
            insert.end().await
        };
        let words = refusal(sent.await);
        assert!(words.contains("Code: 60") && words.contains("nowhere"), "{words}");
        assert_eq!(number(&client, "SELECT 7::UInt64").await, 7);
    }
}

#[tokio::test]
async fn a_bad_row_at_the_end_stores_nothing() {
    let engine = TestEngine::start();
    let client = engine.client();
    execute(&client, PAIRS).await;
    let mut insert = client.insert_formatted_with("INSERT INTO t FORMAT CSV");
    insert.send(Bytes::from("1,a\n".repeat(100_000))).await.unwrap();
    insert.send(Bytes::from_static(b"nonsense,b\n")).await.unwrap();
    let words = refusal(insert.end().await);
    assert!(words.contains("Code: 27"), "{words}");
    assert_eq!(number(&client, "SELECT count() FROM t").await, 0);
}

#[tokio::test]
async fn an_insert_that_is_broken_off_leaves_nothing() {
    let engine = TestEngine::start();
    let client = engine.client();
    execute(&client, PAIRS).await;
    for rows in [1, 200_000] {
        let mut insert = client.insert::<Pair>("t").await.unwrap();
        for n in 0..rows {
            insert.write(&Pair { n, text: String::new() }).await.unwrap();
        }
        drop(insert);
        until_idle(&client).await;
        assert_eq!(number(&client, "SELECT count() FROM t").await, 0);
    }
}

#[tokio::test]
async fn inserts_and_reads_at_once_wait_for_their_turn_and_all_succeed() {
    let engine = TestEngine::start();
    let client = engine.client();
    execute(&client, PAIRS).await;
    let write = |n: u64| {
        let client = client.clone();
        async move {
            let mut insert = client.insert::<Pair>("t").await.unwrap();
            insert.write(&Pair { n, text: "\n\n".to_owned() }).await.unwrap();
            insert.end().await.unwrap();
            number(&client, "SELECT toUInt64(count() > 0) FROM t").await
        }
    };
    let answers = join_all((0..50).map(write)).await;
    assert_eq!(answers, [1; 50]);
    assert_eq!(number(&client, "SELECT uniqExact(n) FROM t").await, 50);
}

#[test]
fn the_fetched_library_is_the_checked_one() {
    let script = include_str!("../../../.ci/fetch-engine");
    for pin in [
        format!("sha256='{LIBRARY_SHA256}'"),
        format!("bytes={LIBRARY_BYTES}\n"),
        format!("release='{LIBRARY_RELEASE}'"),
    ] {
        assert!(script.contains(&pin), "{pin}");
    }
}
