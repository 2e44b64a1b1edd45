"""What people do with clickhouse-connect, against `opcentre engine`: argv is port and key."""

import sys
import threading
import time
import urllib.error
import urllib.request

import clickhouse_connect
from clickhouse_connect.driver.exceptions import DatabaseError, Error, StreamFailureError

PORT, KEY = int(sys.argv[1]), sys.argv[2]
ROWS = 300_000


def connect(**options):
    return clickhouse_connect.get_client(host="127.0.0.1", port=PORT, username="anyone", password=KEY, **options)


def fails(kind, words, do):
    try:
        do()
    except kind as error:
        assert words in str(error), f"{words!r} is not in {error}"
        return
    raise AssertionError(f"no error with {words!r}")


def http(query, body=b"", headers=None):
    url = f"http://127.0.0.1:{PORT}/?{query}"
    request = urllib.request.Request(url, data=body, headers={"X-ClickHouse-Key": KEY, **(headers or {})}, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers.get("X-ClickHouse-Exception-Code"), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("X-ClickHouse-Exception-Code"), error.read().decode()


def only_the_key_opens():
    fails(Error, "516", lambda: clickhouse_connect.get_client(host="127.0.0.1", port=PORT, username="a", password="b"))


def tables_are_made_filled_and_described():
    client = connect()
    client.command("CREATE DATABASE strangers")
    client.command("CREATE TABLE strangers.t (n UInt64, text String, at DateTime64(3), m Nullable(Float64)) ENGINE = MergeTree ORDER BY n")
    client = connect(database="strangers")
    assert client.command("EXISTS TABLE t") == 1 and client.command("EXISTS TABLE nowhere") == 0
    assert client.query("SHOW TABLES").result_rows == [("t",)]
    assert [row[:2] for row in client.query("DESCRIBE TABLE t").result_rows][0] == ("n", "UInt64")
    assert "CREATE TABLE strangers.t" in client.command("SHOW CREATE TABLE t")
    tables = client.query("SELECT name, engine, total_rows FROM system.tables WHERE database = 'strangers'").result_rows
    assert tables == [("t", "MergeTree", 0)], tables
    assert client.query("SELECT * FROM t").result_rows == []
    assert client.server_version.startswith("2"), client.server_version
    assert client.ping()


def rows_with_blank_lines_come_back_as_they_were():
    for compress in (False, "lz4", "zstd", "gzip", True):
        client = connect(database="strangers", compress=compress)
        client.command("TRUNCATE TABLE t")
        texts = ["a\n\nDROP TABLE t", "\n\n", "", "'; SELECT 1 --", "tiếng Việt", "\\n\t\0"]
        numbers = [0x0A0A, 0x0A0A0A0A0A0A0A0A, 2, 3, 4, 5]
        from datetime import datetime, timezone

        at = datetime(2024, 8, 2, 8, 0, 0, 123000, tzinfo=timezone.utc)
        rows = [[n, text, at, None if n == 2 else 0.5] for n, text in zip(numbers, texts)]
        summary = client.insert("t", rows, column_names=["n", "text", "at", "m"])
        assert summary.written_rows == len(rows), summary
        stored = {row[0]: row[1] for row in client.query("SELECT n, text FROM t").result_rows}
        assert stored == dict(zip(numbers, texts)), (compress, stored)


def many_rows_go_in_and_come_out():
    for compress in (False, "lz4", "zstd", "gzip", "deflate"):
        writer = connect(database="strangers", compress="lz4" if compress == "deflate" else compress)
        writer.command("TRUNCATE TABLE t")
        writer.insert("t", [[n, f"text {n}\n\n"] for n in range(ROWS)], column_names=["n", "text"])
        client = connect(database="strangers", compress=compress)
        assert client.command("SELECT count() FROM t") == ROWS
        rows = client.query("SELECT n, text FROM t ORDER BY n").result_rows
        assert len(rows) == ROWS and all(row == (n, f"text {n}\n\n") for n, row in enumerate(rows)), compress
        seen = 0
        with client.query_row_block_stream("SELECT number, toString(number) FROM numbers(300000)") as blocks:
            for block in blocks:
                seen += len(block)
        assert seen == ROWS, (compress, seen)


def parameters_are_bound():
    client = connect()
    sql = "SELECT {text:String} AS text, {n:UInt64} AS n, {list:Array(String)} AS list, {at:DateTime} AS at"
    from datetime import datetime

    values = {"text": "o'x\n\n\t\\", "n": 7, "list": ["a'b", "c\nd"], "at": datetime(2024, 8, 2, 8, 0, 0)}
    rows = client.query(sql, parameters=values).result_rows
    assert rows == [("o'x\n\n\t\\", 7, ["a'b", "c\nd"], datetime(2024, 8, 2, 8, 0, 0))], rows
    assert client.query("SELECT %(a)s", parameters={"a": "x'y"}).result_rows == [("x'y",)]
    fails(DatabaseError, "456", lambda: client.query("SELECT {missing:String}"))


def errors_are_told_before_and_in_the_middle():
    for compress in (False, "lz4", "zstd", "gzip"):
        for session in (False, True):
            client = connect(compress=compress, autogenerate_session_id=session)
            fails(DatabaseError, "60", lambda: client.query("SELECT * FROM nowhere"))
            fails(DatabaseError, "62", lambda: client.command("SELEC 1"))
            fails(DatabaseError, "at once", lambda: client.query("SELECT throwIf(1, 'at once')"))

            def half_way():
                sql = "SELECT number, throwIf(number = 2000000, 'half way') FROM numbers(4000000)"
                with client.query_row_block_stream(sql, settings={"max_threads": 1}) as blocks:
                    for _ in blocks:
                        pass

            fails((StreamFailureError, DatabaseError), "half way", half_way)
            # Rows of what failed don't come back in the next answer.
            sql = "SELECT number, throwIf(number = 200000, 'later') FROM numbers(400000) FORMAT JSON SETTINGS max_threads = 1, max_block_size = 1000"
            fails(DatabaseError, "later", lambda: client.raw_query(sql))
            assert client.raw_query("SELECT 7", fmt="TabSeparated") == b"7\n"
            assert client.query("SELECT 7").result_rows == [(7,)]


def formats_are_chosen():
    client = connect()
    assert client.raw_query("SELECT 1 AS a, 'x' AS b", fmt="CSVWithNames") == b'"a","b"\n1,"x"\n'
    assert client.raw_query("SELECT 1 AS a FORMAT JSONEachRow") == b'{"a":1}\n'
    summary = connect(database="strangers").raw_insert("t", ["n", "text"], b'900001,"a\n\nb"\n900002,c\n', fmt="CSV")
    assert summary.written_rows == 2, summary
    fails(DatabaseError, "27", lambda: connect(database="strangers").raw_insert("t", ["n", "text"], b"x,y\n", fmt="CSV"))


def a_session_keeps_its_tables_and_settings_to_itself():
    client = connect(session_id="mine")
    client.command("CREATE TEMPORARY TABLE temporary (n UInt64)")
    client.insert("temporary", [[1], [2]], column_names=["n"])
    assert client.command("SELECT sum(n) FROM temporary") == 3
    fails(DatabaseError, "60", lambda: connect().query("SELECT * FROM temporary"))
    fails(DatabaseError, "60", lambda: connect(autogenerate_session_id=False).query("SELECT * FROM temporary"))
    # An error doesn't end the session.
    fails(DatabaseError, "at once", lambda: client.query("SELECT throwIf(1, 'at once')"))
    assert client.command("SELECT sum(n) FROM temporary") == 3
    # What SET says stays; what a request brings with it doesn't.
    client.command("SET max_result_rows = 5")
    fails(DatabaseError, "396", lambda: client.query("SELECT number FROM numbers(6)"))
    rows = client.query("SELECT number FROM numbers(6)", settings={"max_result_rows": 7}).result_rows
    assert len(rows) == 6
    fails(DatabaseError, "396", lambda: client.query("SELECT number FROM numbers(6)"))
    status, code, words = http("session_id=mine&session_check=1&readonly=1", b"INSERT INTO temporary VALUES (3)")
    assert code == "164", (status, code, words)
    assert http("session_id=mine", b"SELECT sum(n) FROM temporary")[2] == "3\n"
    http("session_id=mine", b"INSERT INTO temporary VALUES (3)")
    assert http("session_id=mine&session_check=1", b"SELECT sum(n) FROM temporary")[2] == "6\n"


def sessions_are_checked_expire_and_serve_one_at_a_time():
    assert http("session_id=nobody&session_check=1", b"SELECT 1")[1] == "372"
    assert http("session_id=a&session_timeout=99999", b"SELECT 1")[1] == "374"
    assert http("session_id=brief&session_timeout=1", b"CREATE TEMPORARY TABLE b (n UInt8)")[0] == 200
    deadline = time.monotonic() + 30
    while http("session_id=brief&session_check=1&session_timeout=1", b"SELECT 1")[1] != "372":
        assert time.monotonic() < deadline, "the session never ends"
        time.sleep(1.2)
    long = b"SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1 SETTINGS max_execution_time = 6"
    first = threading.Thread(target=lambda: http("session_id=busy", long))
    first.start()
    answers = []
    while first.is_alive() and "373" not in answers:
        answers.append(http("session_id=busy", b"SELECT 1")[1])
    first.join()
    assert "373" in answers, answers
    assert http("session_id=busy", b"SELECT 1")[2] == "1\n"
    # One after the other without a pause is never refused.
    assert all(http("session_id=row", b"SELECT 1")[0] == 200 for _ in range(100))


CHECKS = [
    only_the_key_opens,
    tables_are_made_filled_and_described,
    rows_with_blank_lines_come_back_as_they_were,
    many_rows_go_in_and_come_out,
    parameters_are_bound,
    errors_are_told_before_and_in_the_middle,
    formats_are_chosen,
    a_session_keeps_its_tables_and_settings_to_itself,
    sessions_are_checked_expire_and_serve_one_at_a_time,
]
for check in CHECKS:
    begun = time.monotonic()
    check()
    print(f"ok {check.__name__} {time.monotonic() - begun:.1f} s", flush=True)
