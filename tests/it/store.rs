//! The store on the real engine: schema, inserts, seed, history, refold.

use std::collections::BTreeMap;

use clickhouse::Client;
use opcentre::model::{
    Contact, Decimal, DossierKey, DossierState, Field, IndicatorKey, IndicatorReport, IndicatorState, Instant,
    RatingState, Record, Text, UnitFact,
};
use opcentre::store::{Difference, Endpoint, LastSeq, Seeded, Sequenced, Store, StoreError};

use crate::support::engine::TestEngine;
use crate::support::records::{alias, dossier, rating, source, succession, time, unit, zone};

/// Every register that reads otherwise in the states than the raw records say, by slices of about 100 keys.
pub async fn refold(store: &Store) -> Vec<Difference> {
    let mut differences = Vec::new();
    for slice in store.verify_slices(100).await.unwrap() {
        differences.extend(store.verify_refold(&slice).await.unwrap());
    }
    differences
}

/// A store on a database of its own, migrated.
pub async fn store(engine: &TestEngine, database: &str) -> Store {
    let store = bare_store(engine, database);
    store.migrate().await.unwrap();
    store
}

fn bare_store(engine: &TestEngine, database: &str) -> Store {
    Store::connect(&Endpoint {
        url: engine.url().to_owned(),
        user: "default".to_owned(),
        key: engine.key().to_owned(),
        database: database.to_owned(),
    })
}

/// Records with the numbers from 1 up.
pub fn sequenced(records: &[Record]) -> Vec<Sequenced> {
    let received_at = time("08-02T08:00");
    (1_u64..).zip(records).map(|(seq, record)| Sequenced { seq, received_at, record: record.clone() }).collect()
}

/// A small deterministic source of numbers.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    /// One of these.
    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        let place = self.roll(choices.len() as u64);
        choices[usize::try_from(place).unwrap()]
    }

    /// The same items in another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, usize::try_from(self.roll(place as u64 + 1)).unwrap());
        }
    }

    /// Random dossier events and ratings with few ids, few instants and few values, so that everything ties and collides.
    pub fn records(&mut self, name: &str, count: usize) -> Vec<Record> {
        (0..count).map(|_| if self.roll(8) == 0 { self.rating(name) } else { self.dossier(name) }).collect()
    }

    /// An instant on a grid of six hours in July and the first days of August, some at midnight and the millisecond before.
    fn instant(&mut self) -> String {
        let month_day = match self.roll(33) {
            day @ 0..31 => format!("07-{:02}", day + 1),
            day => format!("08-{:02}", day - 30),
        };
        format!("{month_day}T{}", self.of(&["00:00", "08:00", "14:00", "23:59:59.999"]))
    }

    fn nullable(&mut self, value: String) -> String {
        if self.roll(6) == 0 { "null".to_owned() } else { value }
    }

    fn rating(&mut self, name: &str) -> Record {
        let mut line = format!("{} {}", self.roll(6), self.instant());
        if self.roll(4) != 0 {
            let score = (self.roll(5) + 1).to_string();
            line += &format!(" score={}", self.nullable(score));
        }
        line += &format!(" unit={}", self.of(&["A", "B", "C", "nowhere"]));
        rating(name, &line)
    }

    fn dossier(&mut self, name: &str) -> Record {
        let mut line = format!("{} {}", self.roll(40), self.instant());
        line += &format!(" unit={}", self.of(&["A", "A", "B", "C", "nowhere"]));
        if self.roll(3) != 0 {
            let statuses = [
                "registered",
                "accepted",
                "processing",
                "supplement_requested",
                "payment_requested",
                "refused",
                "withdrawn",
                "stopped",
                "done",
                "done",
                "delivered",
            ];
            line += &format!(" status={}", self.of(&statuses));
        }
        for field in ["received", "due", "finished"] {
            if self.roll(4) == 0 {
                let instant = self.instant();
                line += &format!(" {field}={}", self.nullable(instant));
            }
        }
        if self.roll(12) == 0 {
            // On time, which takes both on one day, is too rare otherwise.
            let day = self.roll(30) + 1;
            line += &format!(" due=07-{day:02}T23:59:59.999 finished=07-{day:02}T14:00");
        }
        for field in ["digitised", "electronic_result", "reused_data", "payable", "paid_online"] {
            if self.roll(5) == 0 {
                let value = self.of(&["true", "false"]).to_owned();
                line += &format!(" {field}={}", self.nullable(value));
            }
        }
        if self.roll(5) == 0 {
            let channel = self.of(&["counter", "online", "post"]).to_owned();
            line += &format!(" channel={}", self.nullable(channel));
        }
        for _ in 0..self.roll(3) {
            let (from, to) = (self.instant(), self.instant());
            let kind = self.of(&["", "null", "supplement", "supplement", "payment"]);
            line += &format!(" pause=p{}:{kind}:{}..{}", self.roll(3), self.nullable(from), self.nullable(to));
        }
        for field in ["procedure", "holder", "received_by", "late_cause"] {
            if self.roll(6) == 0 {
                let value = self.of(&["x", "xy", "é", "y"]).to_owned();
                line += &format!(" {field}={}", self.nullable(value));
            }
        }
        if self.roll(40) == 0 {
            line += &format!(" void={}", self.of(&["null", "twice", "null"]));
        }
        dossier(name, &line)
    }
}

fn unit_words(fact: &UnitFact) -> String {
    format!("unit {} {} {:?}", fact.tree, fact.code, fact.valid_from)
}

/// All states, by a text of their kind and key.
pub async fn seeded(store: &Store) -> BTreeMap<String, Seeded> {
    let mut states = BTreeMap::new();
    let take = |seeded: Seeded| {
        let key = match &seeded {
            Seeded::Unit(fact) => unit_words(fact),
            Seeded::Succession(given) => format!("succession {} {} {}", given.old, given.new, given.effective),
            Seeded::Alias(given) => format!("alias {} {}", given.source, given.raw),
            Seeded::Source(fact) => format!("source {}", fact.source),
            Seeded::Procedure(fact) => format!("procedure {} {:?}", fact.code, fact.valid_from),
            Seeded::Calendar(fact) => format!("calendar {}", fact.entry.subject()),
            Seeded::Contact(contact) => format!("contact {}", contact.source),
            Seeded::Dossier(key, _) => format!("dossier {key:?}"),
            Seeded::Rating(key, _) => format!("rating {key:?}"),
            Seeded::Indicator(key, _) => format!("indicator {key:?}"),
        };
        assert!(states.insert(key, seeded).is_none(), "a key comes once");
    };
    store.seed(take).await.unwrap();
    states
}

/// Joins a version of a procedure or an entry of the calendar.
fn fold_rules(states: &mut BTreeMap<String, Seeded>, record: &Record) {
    let (key, given) = match record {
        Record::Procedure(fact) => {
            (format!("procedure {} {:?}", fact.code, fact.valid_from), Seeded::Procedure(fact.clone()))
        }
        Record::Calendar(fact) => (format!("calendar {}", fact.entry.subject()), Seeded::Calendar(fact.clone())),
        _ => return,
    };
    let loses = match (states.get(&key), &given) {
        (Some(Seeded::Procedure(kept)), Seeded::Procedure(given)) => !given.wins_over(kept),
        (Some(Seeded::Calendar(kept)), Seeded::Calendar(given)) => !given.wins_over(kept),
        _ => false,
    };
    if !loses {
        states.insert(key, given);
    }
}

/// The states that the model's registers give, all records being received at the instant that `sequenced` says.
fn folded(records: &[Record]) -> BTreeMap<String, Seeded> {
    let mut dossiers: BTreeMap<DossierKey, DossierState> = BTreeMap::new();
    let mut ratings: BTreeMap<DossierKey, RatingState> = BTreeMap::new();
    let mut indicators: BTreeMap<IndicatorKey, IndicatorState> = BTreeMap::new();
    let mut states = BTreeMap::new();
    for record in records {
        if let Some(source) = record.source() {
            // Every record of a source is a sign of its life, by the receiving clock.
            let contact = Contact { source: source.clone(), at: time("08-02T08:00") };
            states.insert(format!("contact {source}"), Seeded::Contact(contact));
        }
        match record {
            Record::Dossier(event) => dossiers.entry(event.key.clone()).or_default().apply(event),
            Record::Rating(rating) => ratings.entry(rating.key.clone()).or_default().apply(rating),
            Record::Indicator(report) => indicators.entry(report.key.clone()).or_default().apply(report),
            Record::Unit(fact) => {
                let kept = states.entry(unit_words(fact));
                let kept = kept.or_insert_with(|| Seeded::Unit(fact.clone()));
                if let Seeded::Unit(kept) = kept
                    && **kept < **fact
                {
                    *kept = fact.clone();
                }
            }
            Record::Succession(given) => {
                let kept = states.entry(format!("succession {} {} {}", given.old, given.new, given.effective));
                let kept = kept.or_insert_with(|| Seeded::Succession(given.clone()));
                if let Seeded::Succession(kept) = kept {
                    *kept = given.clone().max(kept.clone());
                }
            }
            Record::Alias(given) => {
                let kept = states.entry(format!("alias {} {}", given.source, given.raw));
                let kept = kept.or_insert_with(|| Seeded::Alias(given.clone()));
                if let Seeded::Alias(kept) = kept {
                    *kept = given.clone().max(kept.clone());
                }
            }
            Record::Source(given) => {
                let kept = states.entry(format!("source {}", given.source));
                let kept = kept.or_insert_with(|| Seeded::Source(given.clone()));
                if let Seeded::Source(kept) = kept
                    && given.wins_over(kept)
                {
                    *kept = given.clone();
                }
            }
            Record::Procedure(_) | Record::Calendar(_) => fold_rules(&mut states, record),
            Record::Contact(_) => {}
        }
    }
    states.extend(
        dossiers.into_iter().map(|(key, state)| (format!("dossier {key:?}"), Seeded::Dossier(key, state.into()))),
    );
    states
        .extend(ratings.into_iter().map(|(key, state)| (format!("rating {key:?}"), Seeded::Rating(key, state.into()))));
    states.extend(
        indicators.into_iter().map(|(key, state)| (format!("indicator {key:?}"), Seeded::Indicator(key, state.into()))),
    );
    states
}

async fn execute(client: &Client, sql: &str) {
    client.query_raw(sql).execute().await.unwrap();
}

async fn number(client: &Client, sql: &str) -> u64 {
    client.query_raw(sql).fetch_one().await.unwrap()
}

#[tokio::test]
async fn s4_migrations_only_go_forward_and_settings_are_read_back() {
    let engine = TestEngine::start();
    let store = bare_store(&engine, "brand_new");
    let done = store.migrate().await.unwrap();
    assert_eq!(done.first().copied(), Some("0001_records"));
    assert!(store.migrate().await.unwrap().is_empty(), "the second time there is nothing to do");
    store.check_settings().await.unwrap();
    store.ping().await.unwrap();

    let client = engine.database("brand_new").await;
    execute(&client, "CREATE TABLE lax (n UInt8) ENGINE = MergeTree ORDER BY n").await;
    let error = store.check_settings().await.unwrap_err();
    assert!(matches!(&error, StoreError::Table { table, .. } if table == "lax"), "{error}");

    execute(&client, "INSERT INTO migrations (number, name, sha256) VALUES (99, 'of tomorrow', 'x')").await;
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(&error, StoreError::MigrationUnknown { number: 99, name } if name == "of tomorrow"), "{error}");
    execute(&client, "TRUNCATE TABLE migrations").await;
    execute(&client, "INSERT INTO migrations (number, name, sha256) VALUES (1, '0001_records', 'abc')").await;
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(&error, StoreError::MigrationChanged { number: 1, done, .. } if done == "abc"), "{error}");
    execute(&client, "TRUNCATE TABLE migrations").await;
    assert_eq!(store.migrate().await.unwrap(), done, "one that was cut off is done again");
}

#[tokio::test]
async fn every_query_answers_on_an_empty_database() {
    let engine = TestEngine::start();
    let store = store(&engine, "empty").await;
    let now = time("08-02T08:00");
    assert!(seeded(&store).await.is_empty());
    assert!(store.history("s", "1").await.unwrap().is_empty());
    assert_eq!(store.last_seq(7).await.unwrap(), LastSeq { dense: 0, greatest: 0 });
    store.verify_figures(&zone(), now, |row| panic!("{row:?}")).await.unwrap();
    assert!(store.verify_windows(&zone(), now, &[], false).await.unwrap().is_empty());
    assert!(store.verify_windows(&zone(), now, &[(zone().day(now), zone().day(now))], false).await.unwrap().is_empty());
    assert_eq!(store.verify_units(&zone(), now).await.unwrap().len(), 2, "unresolved alone, now and as it was");
    assert!(store.verify_verdicts(&zone(), now, "s").await.unwrap().is_empty());
    assert!(refold(&store).await.is_empty());
    store.insert(7, &[]).await.unwrap();
}

#[tokio::test]
async fn i3_order_repetition_and_split_of_records_change_no_state() {
    let engine = TestEngine::start();
    let mut dice = Dice(20_240_802);
    let mut records = dice.records("s", 900);
    for version in 0..40 {
        let parents = ["", " parent=A", " parent=B"];
        let line = format!(
            "{} at=0{}-01T08:00 name=n{}{}",
            dice.of(&["A", "B"]),
            dice.roll(2) + 1,
            version,
            dice.of(&parents)
        );
        records.push(unit(&line));
        let days = ["", " from=2024-01-01", " from=2024-01-01 to=2024-06-30"];
        records.push(unit(&format!("C at=01-01T08:00 {}", dice.of(&days))));
        records.push(Record::Contact(Contact { source: "s".into(), at: Instant(dice.roll(1_000).cast_signed()) }));
        records.push(indicator(&mut dice));
        let tree = dice.of(&["areas", "territory"]);
        records.push(unit(&format!("C tree={tree} at=0{}-02T08:00 name=m{version}", dice.roll(2) + 1)));
        records.push(succession(&format!(
            "{} {} 2024-07-0{} share={} at=0{}-01T08:00{}",
            dice.of(&["A", "B"]),
            dice.of(&["A", "C"]),
            dice.roll(2) + 1,
            dice.of(&["0", "0.000001", "0.5", "1"]),
            dice.roll(2) + 1,
            dice.of(&["", " default"])
        )));
        records.push(source(
            dice.of(&["s", "t", "u"]),
            &format!("0{}-01T08:00", dice.roll(3) + 1),
            dice.of(&["", "\"", "ẤĐ", "Một cửa"]),
        ));
        records.push(alias(
            dice.of(&["s", "t"]),
            &format!("{} {} at=0{}-01T08:00", dice.of(&["A", "x"]), dice.of(&["A", "B", "null"]), dice.roll(2) + 1),
        ));
    }
    let expected = folded(&records);
    assert!(expected.len() > 50);
    let batch = sequenced(&records);

    let straight = store(&engine, "straight").await;
    straight.insert(1, &batch).await.unwrap();
    assert_same(&seeded(&straight).await, &expected);

    let shuffled = store(&engine, "shuffled").await;
    let mut mixed: Vec<Sequenced> = batch.iter().chain(batch.iter().step_by(3)).cloned().collect();
    dice.shuffle(&mut mixed);
    for part in mixed.chunks(97) {
        shuffled.insert(1, part).await.unwrap();
    }
    assert_same(&seeded(&shuffled).await, &expected);
    let client = engine.database("shuffled").await;
    let tables = ["records", "dossier_state", "rating_state", "indicator_state", "unit_state", "source_contact"];
    for table in tables.into_iter().chain(["succession_state", "alias_state", "source_state"]) {
        execute(&client, &format!("OPTIMIZE TABLE {table} FINAL")).await;
    }
    assert_same(&seeded(&shuffled).await, &expected);
    assert_eq!(number(&client, "SELECT count() FROM records").await, records.len() as u64, "each (node, seq) once");
    assert_eq!(
        shuffled.last_seq(1).await.unwrap(),
        LastSeq { dense: batch.len() as u64, greatest: batch.len() as u64 }
    );

    for store in [&straight, &shuffled] {
        let differences = refold(store).await;
        assert!(differences.is_empty(), "{:?}", &differences[..differences.len().min(3)]);
    }
}

fn assert_same(got: &BTreeMap<String, Seeded>, expected: &BTreeMap<String, Seeded>) {
    for (key, state) in expected {
        assert_eq!(got.get(key), Some(state), "{key}");
    }
    assert_eq!(got.len(), expected.len());
}

fn indicator(dice: &mut Dice) -> Record {
    let mut decimal = || match dice.roll(4) {
        0 => Field::Absent,
        1 => Field::Null,
        2 => Field::Value(Decimal::from_millionths(-1).unwrap()),
        _ => Field::Value(Decimal::from_millionths(999_999_999_999_999_999).unwrap()),
    };
    let (numerator, denominator, value, declared) = (decimal(), decimal(), decimal(), decimal());
    Record::Indicator(IndicatorReport {
        source: Text::new(dice.of(&["s", "t"])),
        key: IndicatorKey {
            code: "i".into(),
            unit: Text::new(dice.of(&["A", "B"])),
            period: "2024-W07".parse().unwrap(),
        },
        at: Instant(1_700_000_000_000 + dice.roll(3).cast_signed()),
        numerator,
        denominator,
        value,
        declared,
    })
}

/// What text can hold: blank lines, quotes, tabs, NUL, emoji, statements, 64 bytes, bytes that look like our framing.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "a\n\nb",
        "\n\n",
        "it's \"q\" `b` \\ \\n",
        "tab\there",
        "nul\0in\0",
        "\0",
        "\0\0",
        "\u{1}",
        "👩‍👩‍👧 Hòa Bình",
        "{..}\n\nDROP TABLE records",
        "x'); DROP TABLE records; --",
        "?",
        "{tz:String}",
        "\u{ff}\u{ff}",
        "\r\n",
        "%s\\0",
        "NULL",
        "\\N",
        " ",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("đ".repeat(32));
    texts.push("\n".repeat(64));
    texts
}

#[tokio::test]
async fn i3_any_text_survives_the_whole_way() {
    let engine = TestEngine::start();
    let store = store(&engine, "texts").await;
    let texts = texts();
    let mut records = Vec::new();
    for text in &texts {
        let text = Text::new(text);
        let Record::Dossier(mut event) = dossier("s", "1 07-01T08:00 pause=p:payment:07-01T08:00..null") else {
            panic!()
        };
        event.key = DossierKey { source: text.clone(), id: text.clone() };
        event.unit = text.clone();
        event.procedure = Field::Value(text.clone());
        event.field = Field::Value(text.clone());
        event.received_by = Field::Value(text.clone());
        event.holder = Field::Value(text.clone());
        event.late_cause = Field::Value(text.clone());
        event.void = Field::Value(text.clone());
        event.pauses[0].id = text.clone();
        records.push(Record::Dossier(event));
        let Record::Rating(mut given) = rating("s", "1 07-01T08:00 score=4") else { panic!() };
        given.key = DossierKey { source: text.clone(), id: text.clone() };
        given.unit = text.clone();
        given.dossier = Field::Value(text.clone());
        given.channel = Field::Value(text.clone());
        records.push(Record::Rating(given));
        let Record::Unit(mut fact) = unit("u") else { panic!() };
        fact.code = text.clone();
        fact.parent = Some(text.clone());
        fact.category = text.clone();
        fact.name_vi = text.clone();
        fact.name_en = Some(text.clone());
        fact.short_name = Some(text.clone());
        fact.tree = text.clone();
        records.push(Record::Unit(fact));
        let Record::Indicator(mut report) = indicator(&mut Dice(1)) else { panic!() };
        report.source = text.clone();
        report.key.code = text.clone();
        report.key.unit = text.clone();
        records.push(Record::Indicator(report));
        let Record::Succession(mut given) = succession("A B 2024-07-01") else { panic!() };
        (given.old, given.new) = (text.clone(), text.clone());
        records.push(Record::Succession(given));
        let Record::Alias(mut given) = alias("s", "A B") else { panic!() };
        (given.source, given.raw, given.unit) = (text.clone(), text.clone(), Some(text.clone()));
        records.push(Record::Alias(given));
        records.push(source(&text, "07-01T08:00", &text));
        records.push(Record::Contact(Contact { source: text, at: Instant(5) }));
    }
    store.insert(u64::MAX, &sequenced(&records)).await.unwrap();
    assert_same(&seeded(&store).await, &folded(&records));
    assert!(refold(&store).await.is_empty());
    let client = engine.database("texts").await;
    assert_eq!(number(&client, "SELECT count() FROM records").await, records.len() as u64);
    for (place, text) in texts.iter().enumerate() {
        let history = store.history(&Text::new(text), &Text::new(text)).await.unwrap();
        assert_eq!(history.len(), 1, "{text:?}");
        assert_eq!(Record::Dossier(history[0].event.clone().into()), records[place * 8], "{text:?}");
        assert_eq!((history[0].node, history[0].seq), (u64::MAX, place as u64 * 8 + 1));
    }
    store
        .verify_windows(&zone(), time("08-02T08:00"), &[(zone().day(time("07-01")), zone().day(time("07-31")))], false)
        .await
        .unwrap();
}

#[tokio::test]
async fn s3_history_sequence_and_refold_follow_the_raw_rows() {
    let engine = TestEngine::start();
    let store = store(&engine, "raw").await;
    let lines = [
        "a 07-01T08:00 status=accepted received=07-01T08:00 due=07-10 procedure=null holder=null",
        "a 07-03T08:00 status=done finished=07-02T08:00 digitised=null channel=online electronic_result=true filed=null",
        "a 07-02T08:00 pause=p:: pause=q:null:null..null pause=r:supplement:07-02T08:00..07-03T08:00 void=null due=null",
        "b 07-02T08:00 void=mistake",
    ];
    let records: Vec<Record> = lines.iter().map(|line| dossier("s", line)).collect();
    let mut batch = sequenced(&records);
    batch[3].seq = 200_000;
    store.insert(1, &batch).await.unwrap();
    store.insert(1, &batch[1..3]).await.unwrap();
    store.insert(2, &batch[..1]).await.unwrap();

    let history = store.history("s", "a").await.unwrap();
    let seen: Vec<(u64, u64)> = history.iter().map(|entry| (entry.node, entry.seq)).collect();
    assert_eq!(seen, [(1, 1), (2, 1), (1, 3), (1, 2)], "by at, each once");
    for entry in history {
        let place = usize::try_from(entry.seq).unwrap() - 1;
        assert_eq!(Record::Dossier(entry.event.into()), records[place]);
        assert_eq!(entry.received_at, batch[place].received_at);
    }
    assert_eq!(store.last_seq(1).await.unwrap(), LastSeq { dense: 3, greatest: 200_000 });
    assert_eq!(store.last_seq(2).await.unwrap(), LastSeq { dense: 1, greatest: 1 });

    assert!(refold(&store).await.is_empty());
    let client = engine.database("raw").await;
    // A state that no record explains: only the register that it wins differs.
    execute(&client, "INSERT INTO dossier_state (source, id, done_last) VALUES ('s', 'a', 1900000000000)").await;
    let differences = refold(&store).await;
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert_eq!((&*differences[0].key[1], &*differences[0].register), ("a", "statuses"));
    // And a record that no state knows.
    execute(&client, "ALTER TABLE dossier_state DELETE WHERE id = 'b' SETTINGS mutations_sync = 1").await;
    let differences = refold(&store).await;
    assert!(
        differences.iter().any(|found| found.key[1] == "b" && found.register == "void" && found.from_state.is_empty())
    );
}

#[tokio::test]
async fn insert_into_a_missing_table_is_a_transient_refusal() {
    let engine = TestEngine::start();
    let store = bare_store(&engine, "nowhere");
    let batch = sequenced(&[dossier("s", "a 07-01T08:00")]);
    let error = store.insert(1, &batch).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    assert!(!error.is_permanent());
    let away = Store::connect(&Endpoint {
        url: "http://127.0.0.1:1".to_owned(),
        user: "default".to_owned(),
        key: String::new(),
        database: "x".to_owned(),
    });
    assert!(matches!(away.insert(1, &batch).await.unwrap_err(), StoreError::Unreachable(_)));
}
