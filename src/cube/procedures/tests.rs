use super::*;
use crate::cube::Cube;
use crate::model::{Channel, DossierEvent, DossierKey, Field, Instant, ProcedureProfile, Record, Status, Text, Zone};

/// 2024-08-02, 10:00 in Hanoi.
const NOW: Instant = Instant(1_722_567_600_000);

fn procedure(code: &str, level: Level, fee: bool) -> Record {
    let profile = ProcedureProfile {
        raw: code.into(),
        valid_to: None,
        name_vi: code.into(),
        name_en: None,
        field: None,
        limit: None,
        level: Some(level),
        fee: Some(fee),
        written_result: None,
    };
    Record::Procedure(Box::new(ProcedureFact { at: NOW, code: code.into(), valid_from: None, profile }))
}

fn dossier(id: &str, procedure: &str, channel: Channel, paid_online: bool) -> Record {
    let key = DossierKey { source: "a".into(), id: id.into() };
    let mut event = DossierEvent::new(key, "17".into(), NOW);
    event.status = Some(Status::Accepted);
    event.procedure = Field::Value(Text::new(procedure));
    event.channel = Field::Value(channel);
    event.paid_online = Field::Value(paid_online);
    Record::Dossier(Box::new(event))
}

#[test]
fn a_procedure_counts_once_however_its_code_is_written_and_only_in_its_window() {
    let mut cube = Cube::new(Zone::named("Asia/Ho_Chi_Minh").unwrap(), NOW);
    let records = [
        procedure("1.000001", Level::Full, true),
        procedure("1.000002", Level::Partial, true),
        procedure("1.000003", Level::Information, false),
        dossier("1", "1.000001", Channel::Online, true),
        dossier("2", "1.000001.000.00.00.H28", Channel::Online, false),
        dossier("3", "1.000002", Channel::Counter, false),
        dossier("4", "1.000003", Channel::Online, false),
        dossier("5", "unknown", Channel::Online, false),
    ];
    cube.apply(records, 1);
    let view = cube.view();
    let today = view.today();
    let used =
        |first: Day, last: Day| view.procedure_use(UnitId::UNRESOLVED, Window { first, last }, Perspective::default());
    let expected = ProcedureUse {
        known: 3,
        online: 2,
        with_fee: 2,
        received: 4,
        received_online: 3,
        online_used: 1,
        with_fee_paid_online: 1,
    };
    assert_eq!(used(today, today), expected);
    let before = ProcedureUse { known: 3, online: 2, with_fee: 2, ..ProcedureUse::default() };
    assert_eq!(used(today.plus(-2), today.plus(-1)), before);
}
