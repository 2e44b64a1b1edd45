//! Any record, any bytes (I-1).

use super::*;

fn text(bytes_max: usize) -> impl Strategy<Value = Text> {
    proptest::collection::vec(any::<char>(), 0..20).prop_map(move |chars| {
        let text = Text::new(&chars.into_iter().collect::<String>());
        let end = (0..=bytes_max.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        Text::new(&text[..end])
    })
}

fn id() -> impl Strategy<Value = Text> {
    text(60)
        .prop_map(|text| if text.is_empty() { Text::new("x") } else { text })
        .prop_filter("fits", |id| id.len() <= 64)
}

fn field<T: std::fmt::Debug + Clone + 'static>(value: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Field<T>> {
    prop_oneof![Just(Field::Absent), Just(Field::Null), value.prop_map(Field::Value)].boxed()
}

fn instant() -> impl Strategy<Value = Instant> {
    (946_684_800_000_i64..1_722_560_000_000).prop_map(Instant)
}

fn any_dossier() -> impl Strategy<Value = Record> {
    let pause = (
        id(),
        field(prop_oneof![Just(PauseKind::Payment), Just(PauseKind::Supplement)]),
        field(instant()),
        field(instant()),
    )
        .prop_map(|(id, kind, from, to)| PauseEvent { id, kind, from, to });
    let channel = prop_oneof![Just(Channel::Counter), Just(Channel::Online), Just(Channel::Post)];
    let texts = (field(text(256)), field(text(256)), field(id()), field(text(256)), field(text(256)), field(id()));
    let times = (
        field(instant()),
        field(instant()),
        field((946_684_800_000_i64..4_133_980_800_000).prop_map(Instant)),
        field(instant()),
    );
    let flags = proptest::array::uniform5(field(any::<bool>()));
    let head = (id(), id(), instant(), proptest::option::of(proptest::sample::select(&Status::ALL[..])));
    (head, texts, times, flags, field(channel), proptest::collection::vec(pause, 0..4)).prop_map(
        |((id, unit, at, status), texts, times, flags, channel, pauses)| {
            let [digitised, electronic_result, reused_data, payable, paid_online] = flags;
            let (procedure, field, received_by, holder, late_cause, void) = texts;
            let (filed_at, received_at, due_at, finished_at) = times;
            let key = DossierKey { source: "test".into(), id };
            Record::Dossier(Box::new(DossierEvent {
                key,
                unit,
                at,
                status,
                procedure,
                field,
                channel,
                received_by,
                holder,
                filed_at,
                received_at,
                due_at,
                finished_at,
                pauses,
                digitised,
                electronic_result,
                reused_data,
                payable,
                paid_online,
                late_cause,
                void,
            }))
        },
    )
}

fn any_rating() -> impl Strategy<Value = Record> {
    let channel = proptest::sample::select(&check::RATING_CHANNELS[..]).prop_map(Text::new);
    (id(), id(), instant(), field(1_u8..=5), field(id()), field(channel)).prop_map(
        |(id, unit, at, score, dossier, channel)| {
            let key = DossierKey { source: "test".into(), id };
            Record::Rating(Rating { key, unit, at, score, dossier, channel })
        },
    )
}

fn any_indicator() -> impl Strategy<Value = Record> {
    let number = || {
        field(
            (-999_999_999_999_999_999_i64..=999_999_999_999_999_999).prop_map(|n| Decimal::from_millionths(n).unwrap()),
        )
    };
    let period =
        proptest::sample::select(vec!["2023", "2023-H2", "2023-9M", "2023-Q4", "2023-06", "2023-W52", "2024-02-29"]);
    (id(), id(), period, instant(), number(), number(), number(), number()).prop_map(
        |(code, unit, period, at, numerator, denominator, value, declared)| {
            let key = IndicatorKey { code, unit, period: period.parse().unwrap() };
            let source = "test".into();
            Record::Indicator(IndicatorReport { source, key, at, numerator, denominator, value, declared })
        },
    )
}

proptest! {
    #[test]
    fn i1_a_record_survives_its_wire_line(record in prop_oneof![any_dossier(), any_rating(), any_indicator()]) {
        prop_assert_eq!(accepted(&to_line(&record).unwrap()), record);
    }

    #[test]
    fn i1_no_bytes_make_it_panic(
        body in proptest::collection::vec(any::<u8>(), 0..200),
        encoding in proptest::sample::select(vec![None, Some("gzip"), Some("zstd")]),
    ) {
        if let Ok(batch) = read_batch(&body, None, encoding, &context()) {
            prop_assert_eq!(batch.received, batch.records.len() + batch.rejected);
        }
    }

    #[test]
    fn i1_no_mangled_record_makes_it_panic(
        record in prop_oneof![any_dossier(), any_rating(), any_indicator()],
        place in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut line = to_line(&record).unwrap().into_bytes();
        let place = place.index(line.len());
        line[place] = byte;
        let batch = read_batch(&line, None, None, &context()).unwrap();
        prop_assert_eq!(batch.received, batch.records.len() + batch.rejected);
    }

    #[test]
    fn numbers_with_an_exponent_are_those_without(whole in 0_i64..1_000_000, places in 0_u32..=6) {
        let plain = Decimal::from_millionths(whole * 10_i64.pow(6 - places)).unwrap();
        prop_assert_eq!(number::read(&format!("{whole}e-{places}")).unwrap(), plain);
    }
}
