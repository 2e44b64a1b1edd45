// What people do with @clickhouse/client, against `opcentre engine`: the arguments are the client's folder, port, key.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const [folder, port, key] = process.argv.slice(2);
const { createClient } = createRequire(pathToFileURL(`${folder}/`))('@clickhouse/client');
const ROWS = 300_000;

function connect(options = {}) {
  return createClient({ url: `http://127.0.0.1:${port}`, username: 'anyone', password: key, request_timeout: 60_000, log: { level: 127 }, ...options });
}

const packed = { compression: { request: true, response: true } };

async function rows(client, query, options = {}) {
  return (await client.query({ query, format: 'JSONEachRow', ...options })).json();
}

const checks = {
  async only_the_key_opens() {
    const stranger = connect({ password: 'another' });
    await assert.rejects(stranger.query({ query: 'SELECT 1' }), { code: '516', type: 'AUTHENTICATION_FAILED' });
    await stranger.close();
    const client = connect();
    assert.equal((await client.ping()).success, true);
    assert.equal((await client.ping({ select: true })).success, true);
    await client.close();
  },

  async tables_are_made_filled_and_described() {
    const client = connect();
    await client.command({ query: 'CREATE TABLE js (n UInt64, text String) ENGINE = MergeTree ORDER BY n' });
    assert.deepEqual(await rows(client, "SHOW TABLES LIKE 'js'"), [{ name: 'js' }]);
    assert.deepEqual(await rows(client, 'EXISTS TABLE js'), [{ result: 1 }]);
    assert.equal((await rows(client, 'DESCRIBE TABLE js'))[1].type, 'String');
    assert.deepEqual(await rows(client, "SELECT engine FROM system.tables WHERE name = 'js'"), [{ engine: 'MergeTree' }]);
    await client.close();
  },

  async rows_with_blank_lines_come_back_as_they_were() {
    for (const options of [{}, packed]) {
      const client = connect(options);
      await client.command({ query: 'TRUNCATE TABLE js' });
      const values = ['a\n\nDROP TABLE js', '\n\n', '', "'; SELECT 1", 'tiếng Việt'].map((text, n) => ({ n, text }));
      const { summary } = await client.insert({ table: 'js', values, format: 'JSONEachRow' });
      assert.equal(summary.written_rows, '5');
      await client.insert({ table: 'js', values: Readable.from(['9,"x\n\ny"\n', '10,z\n'], { objectMode: false }), format: 'CSV' });
      const stored = await rows(client, 'SELECT toUInt32(n) AS n, text FROM js ORDER BY n');
      assert.deepEqual(stored, [...values, { n: 9, text: 'x\n\ny' }, { n: 10, text: 'z' }]);
      await client.close();
    }
  },

  async many_rows_go_in_and_come_out() {
    for (const options of [{}, packed]) {
      const client = connect(options);
      await client.command({ query: 'TRUNCATE TABLE js' });
      const values = Readable.from((function* () {
        for (let n = 0; n < ROWS; n += 1) yield { n, text: `text ${n}\n\n` };
      })());
      await client.insert({ table: 'js', values, format: 'JSONEachRow' });
      const result = await client.query({ query: 'SELECT toUInt32(n) AS n, text FROM js ORDER BY n', format: 'JSONEachRow' });
      let seen = 0;
      for await (const batch of result.stream()) {
        for (const row of batch) {
          const { n, text } = row.json();
          assert.equal(n, seen);
          assert.equal(text, `text ${n}\n\n`);
          seen += 1;
        }
      }
      assert.equal(seen, ROWS);
      await client.close();
    }
  },

  async parameters_and_formats() {
    const client = connect();
    const query_params = { text: "o'x\n\n\t\\", n: 7, list: ["a'b", 'c\nd'] };
    const query = 'SELECT {text:String} AS text, {n:UInt32} AS n, {list:Array(String)} AS list';
    assert.deepEqual(await rows(client, query, { query_params }), [query_params]);
    assert.deepEqual(await rows(client, query, { query_params, use_multipart_params: true }), [query_params]);
    const json = await (await client.query({ query: 'SELECT 1 AS a', format: 'JSON' })).json();
    assert.deepEqual([json.rows, json.data], [1, [{ a: 1 }]]);
    const csv = await (await client.query({ query: 'SELECT 1 AS a', format: 'CSVWithNames' })).text();
    assert.equal(csv, '"a"\n1\n');
    await client.close();
  },

  async errors_are_told_before_and_in_the_middle() {
    for (const options of [{}, packed]) {
      const client = connect({ ...options, clickhouse_settings: { max_threads: 1 } });
      await assert.rejects(client.query({ query: 'SELECT * FROM nowhere' }), { code: '60', type: 'UNKNOWN_TABLE' });
      await assert.rejects(client.command({ query: 'SELEC 1' }), { code: '62' });
      await assert.rejects(client.insert({ table: 'nowhere', values: [{ n: 1 }], format: 'JSONEachRow' }), { code: '60' });
      const query = "SELECT number, throwIf(number = 2000000, 'half way') FROM numbers(4000000)";
      const result = await client.query({ query, format: 'JSONEachRow' });
      await assert.rejects(async () => {
        for await (const batch of result.stream()) assert.ok(batch.length > 0);
      }, /half way/);
      assert.deepEqual(await rows(client, 'SELECT 7 AS n'), [{ n: 7 }]);
      await client.close();
    }
  },

  async a_session_keeps_its_tables() {
    const client = connect({ session_id: 'js', max_open_connections: 1 });
    await client.command({ query: 'CREATE TEMPORARY TABLE mine (n UInt32)' });
    await client.insert({ table: 'mine', values: [{ n: 1 }, { n: 2 }], format: 'JSONEachRow' });
    assert.deepEqual(await rows(client, 'SELECT n FROM mine ORDER BY n'), [{ n: 1 }, { n: 2 }]);
    await assert.rejects(client.query({ query: 'SELECT * FROM nowhere' }), { code: '60' });
    assert.deepEqual(await rows(client, 'SELECT sum(n)::UInt32 AS s FROM mine'), [{ s: 3 }]);
    await client.close();
    const other = connect();
    await assert.rejects(other.query({ query: 'SELECT * FROM mine' }), { code: '60' });
    await other.close();
  },

  async a_query_that_is_cancelled_ends() {
    const client = connect();
    const controller = new AbortController();
    const query = 'SELECT sum(sipHash64(number)) FROM numbers(1000000000000)';
    const running = client.query({ query, format: 'JSONEachRow', abort_signal: controller.signal });
    const others = "SELECT count()::UInt32 AS n FROM system.processes WHERE query LIKE '%1000000000000%' AND query NOT LIKE '%processes%'";
    while ((await rows(client, others))[0].n === 0);
    controller.abort();
    await assert.rejects(running);
    while ((await rows(client, others))[0].n !== 0);
    await client.close();
  },
};

for (const [name, check] of Object.entries(checks)) {
  const begun = performance.now();
  await check();
  console.log(`ok ${name} ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}
