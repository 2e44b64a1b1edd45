//! Dossiers of an import that was taken back, and their way back.

use super::*;
use crate::cube::Revival;
use crate::model::DossierState;

/// The record by which an undo makes a dossier void: at the `at` and with the unit of a record that is there.
fn voiding(events: &[DossierEvent]) -> DossierEvent {
    let first = events.iter().map(|event| (event.at, event.unit.clone())).min().unwrap();
    let last_void = events.iter().filter(|event| !event.void.is_absent());
    let last_void = last_void.map(|event| (event.at, event.void == Field::Null, event.unit.clone())).max();
    let (at, unit) = match last_void {
        Some((at, _, unit)) if at >= first.0 => (at, unit),
        _ => first,
    };
    DossierEvent { void: Field::Value("import 1 undone".into()), ..DossierEvent::new(events[0].key.clone(), unit, at) }
}

/// Some events of one dossier that nobody else sends.
fn of_one() -> impl Strategy<Value = Vec<DossierEvent>> {
    proptest::collection::vec(events(), 1..4).prop_map(|mut events| {
        for event in &mut events {
            event.key.id = "of the import".into();
        }
        events
    })
}

fn records_of(events: &[DossierEvent]) -> Vec<Record> {
    events.iter().map(|event| Record::Dossier(Box::new(event.clone()))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r6_what_was_taken_back_counts_nowhere_and_no_other_register_changes(
        others in records(),
        imported in of_one(),
        now in instants(),
        window in windows(),
    ) {
        let expected = said(&built(&others, now), &[window]);
        let undo = voiding(&imported);
        let all = [others, records_of(&imported), records_of(std::slice::from_ref(&undo))].concat();
        prop_assert_eq!(said(&built(&all, now), &[window]), expected);
        let mut state = DossierState::default();
        imported.iter().for_each(|event| state.apply(event));
        let mut undone = state.clone();
        undone.apply(&undo);
        undone.void = state.void.clone();
        prop_assert_eq!(undone, state);
    }

    #[test]
    fn r6_what_comes_back_counts_exactly_as_the_new_records_alone(
        others in records(),
        wrong in of_one(),
        new in of_one(),
        // Most corrections change little.
        (kept, changed) in (0..4_u8, 0..3_usize),
        now in instants(),
        window in windows(),
    ) {
        let mut right = if kept == 0 { new.clone() } else { wrong.clone() };
        if let Some(event) = right.get_mut(changed) {
            *event = DossierEvent { at: event.at, ..new[0].clone() };
        }
        right.iter_mut().for_each(|event| event.void = Field::Absent);
        let undo = voiding(&wrong);
        let before = [others.clone(), records_of(&wrong), records_of(std::slice::from_ref(&undo))].concat();
        let view = built(&before, now);
        match view.revival(&undo.key, right.iter()) {
            Some(Revival::Clear(clearing)) => {
                let expected = [others, records_of(&right)].concat();
                let all = [before, records_of(&right), records_of(std::slice::from_ref(&*clearing))].concat();
                for at in [now, now.plus_ms(30 * 24 * HOUR_MS)] {
                    prop_assert_eq!(said(&built(&all, at), &[window]), said(&built(&expected, at), &[window]));
                }
            }
            Some(Revival::Differs(differs)) => prop_assert!(!differs.is_empty()),
            None => prop_assert!(false, "it is void and there are records"),
        }
    }
}

#[test]
fn r6_a_correction_at_the_same_times_comes_back() {
    let key = DossierKey { source: "s".into(), id: "a".into() };
    let at = Instant(BASE_MS);
    let wrong = DossierEvent { status: Some(Status::Processing), ..DossierEvent::new(key.clone(), "148".into(), at) };
    let right = DossierEvent { status: Some(Status::Done), ..wrong.clone() };
    let all = [units(), records_of(&[wrong.clone(), voiding(std::slice::from_ref(&wrong))])].concat();
    let view = built(&all, at.plus_ms(HOUR_MS));
    assert!(matches!(view.revival(&key, [&right].into_iter()), Some(Revival::Clear(_))));
    let elsewhere = DossierEvent { unit: "158".into(), ..right.clone() };
    assert_eq!(view.revival(&key, [&elsewhere].into_iter()), Some(Revival::Differs(vec!["unit"])));
    assert_eq!(built(&units(), at).revival(&key, [&right].into_iter()), None);
}
