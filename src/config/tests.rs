//! What is written, what it means, and what is refused.

use std::collections::BTreeSet;

use super::*;

fn faults(text: &str) -> Vec<String> {
    match Config::of(Settings::of_file("f.toml", text)) {
        Ok(_) => Vec::new(),
        Err(ConfigError::Faults(faults)) => faults.iter().map(ToString::to_string).collect(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn every_fault_is_told_with_its_line_and_what_must_be() {
    let text = "listen = \"0.0.0.0:1\"\n\nscreens = 5\nline_bytes_max = \"16384\"\nverify_hold_s = 0\n[auth]\nlog_format = 1\n";
    let wanted = [
        "f.toml:3: screens: is no key; the keys are ",
        "f.toml:4: line_bytes_max: must be a whole number, without quotes, not string",
        "f.toml:6: auth: is no key; the keys are ",
        "f.toml:1: listen: `0.0.0.0:1` is reachable from other machines",
        "f.toml:5: verify_hold_s: must be from 1 to 3600, not 0",
    ];
    let found = faults(text);
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
    for want in wanted {
        assert!(found.iter().any(|fault| fault.starts_with(want)), "{want} in {found:#?}");
    }
}

#[test]
fn related_bounds_are_checked_against_one_another() {
    let cases = [
        ("screens_max = 1000\nconnections_max = 1063", "f.toml:2: connections_max: must be at least 1064 with"),
        ("body_bytes_max = 65536\nline_bytes_max = 65537", "f.toml:2: line_bytes_max: 65537 is more than"),
        (
            "body_bytes_max = 67108864\njournal_bytes_max = 134217728",
            "f.toml:2: journal_bytes_max: must be at least 536870912",
        ),
        (
            "now = \"2024-08-02T08:00:00Z\"\nclock_from = \"2024-08-02T08:00:00Z\"",
            "f.toml:2: clock_from: can't be set together",
        ),
        ("clickhouse_url = \"http://c\"\nengine_library = \"x\"", "f.toml:2: engine_library: is of the embedded"),
        ("screens_max = 1000", "default: connections_max: must be at least 1064"),
    ];
    for (text, wanted) in cases.into_iter().take(5) {
        let found = faults(text);
        assert!(found.len() == 1 && found[0].starts_with(wanted), "{text}: {found:?}");
    }
    // The default takes 960 screens.
    assert_eq!(faults("screens_max = 960"), Vec::<String>::new());
    assert!(faults(cases[5].0)[0].starts_with(cases[5].1));
}

#[test]
fn a_slip_is_answered_with_the_key_that_was_meant() {
    assert_eq!(faults("screns_max = 5"), ["f.toml:1: screns_max: is no key; did you mean `screens_max`?"]);
}

#[test]
fn a_password_is_repeated_nowhere() {
    let settings = Settings::of_file("f.toml", "clickhouse_url = \"ftp://u:geheim@h\"\n");
    assert!(!format!("{settings:?}").contains("geheim"));
    let found = faults("clickhouse_url = \"ftp://u:geheim@h\"\n");
    assert!(found[0].contains("is no address") && !found[0].contains("geheim"), "{found:?}");
    let found = faults("clickhouse_url = \"ftp://u:geheim@h\n");
    assert!(!found.is_empty() && !found.iter().any(|fault| fault.contains("geheim")), "{found:?}");
}

#[test]
fn the_example_has_every_key_and_its_values_are_the_defaults() {
    let example = example();
    assert_eq!(faults(&example), Vec::<String>::new(), "as printed");
    let is_setting = |line: &&str| line.starts_with('#') && !line.starts_with("# ");
    let named: BTreeSet<&str> =
        example.lines().filter(is_setting).filter_map(|line| line[1..].split(' ').next()).collect();
    let keys: BTreeSet<&str> = KEYS.iter().filter(|key| !key.hidden).map(|key| key.name).collect();
    assert_eq!(named, keys);
    // With the marks taken away each line stands for itself, and a default changes nothing.
    let default = |key: &&Key| key.default.is_some() && !key.hidden;
    for key in KEYS.iter().filter(default) {
        let line = example.lines().find(|line| line.starts_with(&format!("#{} =", key.name))).unwrap();
        let one = Config::of(Settings::of_file("f.toml", &line[1..])).unwrap();
        let none = Config::of(Settings::default()).unwrap();
        assert_eq!(shown(&one), shown(&none), "{line}");
    }
    for key in KEYS.iter().filter(|key| key.default.is_none() && !key.hidden) {
        let line = example.lines().find(|line| line.starts_with(&format!("#{} =", key.name))).unwrap();
        assert_eq!(faults(&line[1..]), Vec::<String>::new(), "{line}");
    }
}

fn shown(config: &Config) -> String {
    format!(
        "{} {:?} {} {:?} {:?} {:?} {:?} {} {} {:?}",
        config.listen,
        config.data_dir,
        config.zone.name(),
        config.verify_hold,
        config.stop_flush,
        config.journal,
        config.limits,
        config.screens_max,
        config.connections_max,
        config.logs
    )
}

#[test]
fn flag_environment_and_file_say_the_same_by_the_same_name() {
    for key in KEYS {
        assert_eq!(key.flag, key.name.replace('_', "-"));
        assert_eq!(key.env, format!("OPCENTRE_{}", key.name.to_uppercase()));
        assert!(
            key.about.ends_with('.') && (key.default.is_some() || key.hidden || !key.sample.is_empty()),
            "{}",
            key.name
        );
    }
    let of_file = Settings::of_file("f.toml", "screens_max = 7\nlog = \"warn\"");
    let config = Config::of(Settings::default().with("screens_max", "9").or(of_file)).unwrap();
    assert_eq!((config.screens_max, config.logs.filter.as_str()), (9, "warn"));
}

#[test]
fn what_isnt_toml_is_told_with_its_line() {
    let found = faults("listen = \"127.0.0.1:0\"\nlog = info\n");
    assert!(found[0].starts_with("f.toml:2: (form): "), "{found:?}");
}
