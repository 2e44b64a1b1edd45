//! Data out.

use clickhouse::error::Error;
use futures_util::FutureExt;

use super::{PAIRS, Pair, execute, number, refusal, until_idle};
use crate::support::engine::TestEngine;

/// Every piece of a streamed result comes with a header of its own.
#[tokio::test]
async fn a_result_of_many_pieces_has_one_header() {
    let engine = TestEngine::start();
    let client = engine.client().with_setting("max_block_size", "10000");
    let sql = "SELECT number AS n, toString(number) AS text FROM numbers(300000)";
    let rows: Vec<Pair> = client.query(sql).fetch_all().await.unwrap();
    assert_eq!(rows.len(), 300_000);
    assert!(rows.iter().all(|row| row.text == row.n.to_string()));
    let mut csv = client.query(sql).fetch_bytes("CSVWithNames").unwrap();
    let text = String::from_utf8(csv.collect().await.unwrap().into()).unwrap();
    assert_eq!((text.lines().count(), text.matches("\"n\",\"text\"").count()), (300_001, 1));
    let mut lines = client.query(sql).fetch_bytes("JSONEachRow").unwrap();
    let text = String::from_utf8(lines.collect().await.unwrap().into()).unwrap();
    assert_eq!(text.lines().count(), 300_000);
}

#[tokio::test]
async fn an_empty_result_has_its_header() {
    let engine = TestEngine::start();
    let client = engine.client();
    execute(&client, PAIRS).await;
    for sql in ["SELECT ?fields FROM t", "SELECT ?fields FROM t WHERE n > 1 ORDER BY n"] {
        assert_eq!(client.query(sql).fetch_all::<Pair>().await.unwrap(), []);
        assert!(matches!(client.query(sql).fetch_one::<Pair>().await, Err(Error::RowNotFound)));
    }
    let mut bytes = client.query("SELECT n, text FROM t").fetch_bytes("RowBinaryWithNamesAndTypes").unwrap();
    assert_eq!(bytes.collect().await.unwrap(), b"\x02\x01n\x04text\x06UInt64\x06String".as_slice());
}

#[tokio::test]
async fn an_error_before_the_first_row_and_one_in_the_middle_are_told() {
    let engine = TestEngine::start();
    let client = engine.client();
    for _ in 0..3 {
        let words = refusal(client.query("SELECT throwIf(1, 'at once')").fetch_all::<u8>().await);
        assert!(words.starts_with("Code: 395") && words.contains("at once"), "{words}");
        let sql = "SELECT number, throwIf(number = 2000000, 'half way') FROM numbers(4000000)";
        let mut cursor = client.clone().with_setting("max_threads", "1").query(sql).fetch::<(u64, u8)>().unwrap();
        let mut rows = 0;
        let words = loop {
            match cursor.next().await {
                Ok(Some(_)) => rows += 1,
                Ok(None) => panic!("no error after {rows} rows"),
                Err(error) => break refusal::<()>(Err(error)),
            }
        };
        assert!(words.starts_with("Code: 395") && words.contains("half way") && rows > 0, "{rows} rows, {words}");
        assert_eq!(number(&client, "SELECT 7::UInt64").await, 7);
    }
}

/// Rows of a failed query would come back in the next result of its connection.
#[tokio::test]
async fn a_failed_query_leaves_nothing_to_the_next_one() {
    let engine = TestEngine::start();
    let client = engine.client().with_setting("max_block_size", "10").with_setting("max_threads", "1");
    for format in ["JSON", "TabSeparated", "CSVWithNames"] {
        let failing = client.query("SELECT number, throwIf(number = 1000) FROM numbers(2000)").fetch_bytes(format);
        assert!(refusal(failing.unwrap().collect().await).contains("Code: 395"));
        let next = client.query("SELECT 'next'").fetch_bytes("TabSeparated").unwrap().collect().await.unwrap();
        assert_eq!(next, b"next\n".as_slice());
    }
}

#[tokio::test]
async fn statements_that_cannot_be_streamed_are_answered_as_well() {
    let engine = TestEngine::start();
    let client = engine.client();
    execute(&client, PAIRS).await;
    execute(&client, "ALTER TABLE t ADD COLUMN late Nullable(DateTime64(3, 'UTC'))").await;
    for (sql, expected) in [
        ("DESCRIBE TABLE t", "n\tUInt64"),
        ("SHOW TABLES", "t\n"),
        ("SHOW CREATE TABLE t", "CREATE TABLE"),
        ("EXISTS TABLE t", "1\n"),
        ("EXPLAIN SELECT 1", "ReadFrom"),
        ("-- a comment\nWITH 2 AS x SELECT x;", "2\n"),
        ("(SELECT 1) UNION ALL (SELECT 1)", "1\n1\n"),
        ("SELECT 1 AS a FORMAT JSONCompact", "\"data\""),
        ("SELECT 1 AS a FORMAT Pretty", "a"),
    ] {
        let text = client.query(sql).fetch_bytes("TabSeparated").unwrap().collect().await.unwrap();
        let text = String::from_utf8(text.into()).unwrap();
        assert!(text.contains(expected), "{sql}: {text}");
    }
    let parquet = client.query("SELECT 1 AS a").fetch_bytes("Parquet").unwrap().collect().await.unwrap();
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    assert_eq!(
        client.query("SELECT name FROM system.columns WHERE table = 't'").fetch_all::<String>().await.unwrap().len(),
        3
    );
}

#[tokio::test]
async fn a_whole_result_has_a_bound() {
    let engine = TestEngine::start();
    let client = engine.client();
    let sql = "SELECT repeat(toString(number % 10), 1000000) AS x FROM numbers(300)";
    let words = refusal(client.query(sql).fetch_bytes("JSON").unwrap().collect().await);
    assert!(words.contains("Code: 396"), "{words}");
}

#[tokio::test]
async fn parameters_keep_every_character() {
    let engine = TestEngine::start();
    let client = engine.client();
    for text in [
        "",
        "a\tb\nc\r\n",
        "it's \"quoted\" \\ `so`",
        "Hòa Bình 🌊",
        "a\0b",
        "\n\nDROP TABLE t",
        "--x\r\n--",
        "{n:UInt64}",
    ] {
        let query = client.query("SELECT {n:UInt64} AS n, {text:String} AS text").param("n", 7_u64).param("text", text);
        assert_eq!(query.fetch_one::<Pair>().await.unwrap(), Pair { n: 7, text: text.to_owned() });
    }
    let array = client.query("SELECT arraySum({a:Array(UInt64)})").param("a", vec![1_u64, 2, 3]);
    assert_eq!(array.fetch_one::<u64>().await.unwrap(), 6);
    let missing = client.query("SELECT {n:UInt64} AS n, {gone:String}").param("n", 7_u64).fetch_one::<(u64, String)>();
    assert!(refusal(missing.await).contains("Code: 456"));
    assert_eq!(number(&client, "SELECT 7::UInt64").await, 7);
}

#[tokio::test]
async fn one_row_of_many_is_enough_for_a_client_that_asks_for_one() {
    let engine = TestEngine::start();
    let client = engine.client();
    for _ in 0..200 {
        assert_eq!(number(&client, "SELECT number FROM numbers(1000)").await, 0);
        assert_eq!(number(&client, "SELECT number FROM numbers(1000000)").await, 0);
    }
    until_idle(&client).await;
}

#[tokio::test]
async fn a_query_ends_when_its_client_leaves() {
    let engine = TestEngine::start();
    let client = engine.client();
    let running =
        "SELECT count() FROM system.processes WHERE query LIKE '%100000000000%' AND query NOT LIKE '%processes%'";
    // Before any row, in the middle of the rows, and where nothing can be streamed.
    let endless = client.query("SELECT sum(sipHash64(number)) FROM numbers(100000000000)");
    let mut no_row = endless.fetch::<u64>().unwrap();
    let mut rows = client.query("SELECT number FROM numbers(100000000000)").fetch::<u64>().unwrap();
    assert_eq!(rows.next().await.unwrap(), Some(0));
    let whole = client.query("SELECT sum(sipHash64(number)) FROM numbers(100000000000)").fetch_bytes("JSON").unwrap();
    let mut whole = whole;
    let mut seen = 0;
    for _ in 0..1000 {
        assert!(no_row.next().now_or_never().is_none());
        assert!(whole.next().now_or_never().is_none());
        seen = number(&client, running).await;
        if seen == 3 {
            break;
        }
    }
    assert_eq!(seen, 3);
    drop((no_row, rows, whole));
    until_idle(&client).await;
}
