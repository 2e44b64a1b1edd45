use super::*;
use crate::model::{Instant, Text};

/// The code of the refusal of a request with these headers, or `admitted`.
fn check(headers: &[(&str, &str)]) -> &'static str {
    let texts = |name: &str| headers.iter().filter(|(known, _)| *known == name).map(|(_, value)| *value).collect();
    let request = RequestFacts {
        hosts: texts("host"),
        origins: texts("origin"),
        authorization: Vec::new(),
        headers: headers.iter().map(|(name, _)| *name).collect(),
    };
    let mode = OpenMode::on("127.0.0.1:8080".parse().unwrap()).unwrap();
    mode.admit(&request).map_or_else(|refusal| refusal.code(), |_| "admitted")
}

#[test]
fn only_a_loopback_address_has_an_open_mode() {
    for (address, is_open) in [
        ("127.0.0.1:8080", true),
        ("127.8.9.1:1", true),
        ("[::1]:8080", true),
        ("0.0.0.0:8080", false),
        ("[::]:8080", false),
        ("192.168.1.5:8080", false),
        ("[::ffff:192.168.1.5]:8080", false),
    ] {
        assert_eq!(OpenMode::on(address.parse().unwrap()).is_ok(), is_open, "{address}");
    }
}

#[test]
fn the_host_must_be_this_machine() {
    for host in ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:8080", "127.1.2.3:1", "[::1]", "[::1]:8080"] {
        assert_eq!(check(&[("host", host)]), "admitted", "{host}");
    }
    for host in [
        "",
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example@localhost",
        "localhost@evil.example",
        "localhost:",
        "localhost:+80",
        "localhost:80:80",
        "localhost:99999",
        "localhost.",
        " localhost",
        "128.0.0.1",
        "0.0.0.0",
        "0x7f.0.0.1",
        "2130706433",
        "::1",
        "[::2]",
        "[::1",
        "[::1]evil.example",
        "[::1]:x",
    ] {
        let code = check(&[("host", host)]);
        // A colon without digits names no other machine, so either reading is safe.
        let is_refused = code == "host_not_loopback" || host == "localhost:";
        assert!(is_refused, "{host:?}: {code}");
    }
}

#[test]
fn there_is_exactly_one_host() {
    assert_eq!(check(&[]), "host_missing");
    assert_eq!(check(&[("host", "localhost:8080"), ("host", "localhost:8080")]), "admitted");
    assert_eq!(check(&[("host", "localhost"), ("host", "evil.example")]), "host_not_loopback");
    assert_eq!(check(&[("host", "evil.example"), ("host", "localhost")]), "host_not_loopback");
}

#[test]
fn the_origin_is_absent_or_this_server() {
    for (host, origin, expected) in [
        ("localhost:8080", "http://localhost:8080", "admitted"),
        ("localhost:8080", "http://LOCALHOST:8080", "admitted"),
        ("[::1]:8080", "http://[::1]:8080", "admitted"),
        ("localhost", "http://localhost", "admitted"),
        ("localhost:8080", "http://localhost:8081", "origin_foreign"),
        ("localhost:8080", "http://127.0.0.1:8080", "origin_foreign"),
        ("localhost:8080", "http://localhost", "origin_foreign"),
        ("localhost:8080", "https://localhost:8080", "origin_foreign"),
        ("localhost:8080", "http://localhost:8080.evil.example", "origin_foreign"),
        ("localhost:8080", "https://evil.example", "origin_foreign"),
        ("localhost:8080", "null", "origin_foreign"),
        ("localhost:8080", "", "origin_foreign"),
    ] {
        assert_eq!(check(&[("host", host), ("origin", origin)]), expected, "{host} {origin}");
    }
    let two = [("host", "localhost"), ("origin", "http://localhost"), ("origin", "https://evil.example")];
    assert_eq!(check(&two), "origin_foreign");
}

#[test]
fn whatever_shows_a_proxy_is_refused() {
    for header in
        ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-x", "x-real-ip", "via"]
    {
        assert_eq!(check(&[("host", "localhost"), (header, "127.0.0.1")]), "forwarded", "{header}");
    }
    assert_eq!(check(&[("host", "localhost"), ("user-agent", "via x-forwarded-for")]), "admitted");
}

#[test]
fn h1_anyone_at_this_machine_sees_all_units_and_administers_nothing() {
    let mode = OpenMode::on("[::1]:8080".parse().unwrap()).unwrap();
    let caller = mode.admit(&RequestFacts { hosts: vec!["localhost"], ..RequestFacts::default() }).unwrap();
    assert_eq!(caller.scope, Scope::all());
    assert!(caller.scope.is_all() && caller.token().is_none());
    let may = [Role::View, Role::Ingest, Role::Operate, Role::Admin].map(|role| caller.may(role));
    assert_eq!(may, [true, true, true, false]);
}

const NOW: Instant = Instant(1_722_560_400_000);

fn order(role: Role, unit: Option<&str>, source: Option<&str>) -> TokenOrder {
    TokenOrder {
        label: "a label".into(),
        role,
        bound: unit.map(|unit| Bound { unit: unit.into(), day: 19_937 }),
        source: source.map(Text::new),
        expires: None,
    }
}

fn issue(order: TokenOrder, random: u8) -> (Token, Secret) {
    order.issue(NOW, [random; 32], u64::from(random)).unwrap()
}

#[test]
fn a_secret_is_long_and_only_its_hash_is_stored() {
    let (token, secret) = issue(order(Role::View, None, None), 7);
    assert_eq!(secret.tell(), format!("{SECRET_PREFIX}{}", "07".repeat(32)));
    assert_eq!(Secret::read(secret.tell()).unwrap(), secret);
    let stored = serde_json::to_string(&token).unwrap();
    assert!(!stored.contains(&"07".repeat(32)) && stored.contains(&secret.hash()), "{stored}");
    assert_eq!(format!("{secret:?}"), "Secret");
    for text in ["", "oct_", "oct_0707", "07", &secret.tell()[..67], &format!("{}0", secret.tell())] {
        assert_eq!(Secret::read(text), None, "{text}");
    }
    assert_eq!(Secret::read(&secret.tell().replace('7', "g")), None);
}

#[test]
fn a_token_lets_in_whom_it_was_made_for_until_it_ends() {
    let (token, secret) = issue(order(Role::Operate, Some("148"), Some("hb-148")), 1);
    let expires = NOW.plus_ms(1_000);
    let (brief, brief_secret) = issue(TokenOrder { expires: Some(expires), ..order(Role::View, None, None) }, 2);
    let tokens = Tokens::new([token.clone(), brief], []);
    let caller = tokens.caller(&secret, NOW).unwrap();
    assert_eq!(caller.scope.roots().unwrap(), [ScopeRoot { code: "148".into(), bound: crate::model::Day(19_937) }]);
    let may = Role::ALL.map(|role| caller.may(role));
    assert_eq!(may, [true, true, true, false]);
    assert!(tokens.caller(&brief_secret, NOW.plus_ms(999)).is_ok());
    assert_eq!(tokens.caller(&brief_secret, expires), Err(Denied::Expired));
    assert_eq!(tokens.caller(&Secret::of([9; 32]), NOW), Err(Denied::Unknown));
    let mut changes = tokens.changes();
    changes.mark_unchanged();
    tokens.put(Token { revoked_ms: Some(NOW.0), ..token });
    assert!(changes.has_changed().unwrap());
    assert_eq!((tokens.caller(&secret, NOW), tokens.check(&caller, NOW)), (Err(Denied::Revoked), Err(Denied::Revoked)));
    assert_eq!(tokens.take_used().len(), 2);
    assert!(tokens.take_used().is_empty(), "written down once");
}

#[test]
fn roles_grant_no_more_than_the_table_says() {
    let may = |role| {
        let (token, secret) = issue(order(role, None, Some("s")), 1);
        let caller = Tokens::new([token], []).caller(&secret, NOW).unwrap();
        Role::ALL.map(|role| caller.may(role))
    };
    assert_eq!(may(Role::Ingest), [true, false, false, false]);
    assert_eq!(may(Role::View), [false, true, false, false]);
    assert_eq!(may(Role::Operate), [true, true, true, false]);
    assert_eq!(may(Role::Admin), [true; 4]);
}

#[test]
fn a_caller_sends_records_of_its_own_source_only() {
    let source = |order: TokenOrder, asked: Option<&str>| {
        let (token, secret) = issue(order, 1);
        let caller = Tokens::new([token], []).caller(&secret, NOW).unwrap();
        caller.source(asked.map(Text::new).as_ref()).map(|source| source.map(|source| source.to_string()))
    };
    let own = || order(Role::Ingest, Some("148"), Some("hb"));
    assert_eq!(source(own(), None).unwrap().unwrap(), "hb");
    assert_eq!(source(own(), Some("hb")).unwrap().unwrap(), "hb");
    assert!(matches!(source(own(), Some("other")), Err(ForeignSource::Other { .. })));
    assert_eq!(source(order(Role::Operate, Some("148"), None), None), Err(ForeignSource::None));
    assert_eq!(source(order(Role::Operate, None, None), Some("any")).unwrap().unwrap(), "any");
    assert_eq!(source(order(Role::Operate, None, None), None), Ok(None));
}

#[test]
fn an_order_keeps_the_rules() {
    let fault = |order: TokenOrder| order.issue(NOW, [0; 32], 0).unwrap_err();
    assert_eq!(fault(order(Role::Ingest, None, None)), OrderFault::NoSource);
    assert_eq!(fault(order(Role::Admin, Some("17"), None)), OrderFault::BoundAdmin);
    let view = order(Role::View, None, None);
    assert_eq!(fault(TokenOrder { label: " ".into(), ..view.clone() }), OrderFault::Label);
    assert_eq!(fault(TokenOrder { label: "a\nb".into(), ..view.clone() }), OrderFault::Label);
    assert_eq!(fault(TokenOrder { expires: Some(NOW), ..view }), OrderFault::Expired);
}

#[test]
fn a_source_concerns_the_units_of_its_tokens_and_any_unit_when_one_of_them_is_bound_to_none() {
    let tokens = [
        issue(order(Role::Ingest, Some("148"), Some("bound")), 1),
        issue(order(Role::Ingest, Some("150"), Some("mixed")), 2),
        issue(order(Role::Ingest, None, Some("mixed")), 3),
        issue(order(Role::View, Some("150"), None), 4),
    ];
    let units = Tokens::new(tokens.into_iter().map(|(token, _)| token), []).source_units();
    assert_eq!(units.keys().map(|source| source.as_str()).collect::<Vec<_>>(), ["bound"]);
    assert_eq!(&*units[&Text::new("bound")][0].code, "148");
}

#[test]
fn p2_a_payer_has_a_rate_of_its_own() {
    let rates = Rates::default();
    let peer = |last| Payer::Peer(std::net::IpAddr::from([10, 0, 0, last]));
    let refused = (0..1_000).find_map(|_| rates.pay(peer(1), Cost::Failure).err()).expect("guesses are bounded");
    assert!(refused.retry_after_s >= 1);
    assert!(rates.pay(peer(2), Cost::Failure).is_ok() && rates.pay(peer(1), Cost::Question).is_ok());
}

#[test]
fn a_request_with_a_token_may_come_over_a_proxy_but_from_no_other_page() {
    let (token, secret) = issue(order(Role::View, None, None), 1);
    let gate = Gate::on(Mode::Required, "0.0.0.0:80".parse().unwrap(), Tokens::new([token], [])).unwrap();
    let shown = [format!("Bearer {}", secret.tell()), format!("bearer {}", secret.tell()), secret.tell().to_owned()];
    let request = |authorization: Vec<&str>, origins: Vec<&str>| {
        let facts = RequestFacts {
            hosts: vec!["centre.example"],
            headers: vec!["x-forwarded-for"],
            origins: vec![],
            authorization: vec![],
        };
        gate.admit(&RequestFacts { authorization, origins, ..facts }, NOW)
    };
    assert!(matches!(request(vec![&shown[0]], vec!["https://centre.example"]), Ok(Entry::Caller(_))));
    assert!(matches!(request(vec![&shown[1]], vec![]), Ok(Entry::Caller(_))));
    assert_eq!(request(vec![], vec![]), Ok(Entry::Nobody));
    for authorization in [vec![shown[2].as_str()], vec!["Basic x"], vec!["Bearer x"], vec![&shown[0], &shown[0]]] {
        assert_eq!(request(authorization, vec![]), Ok(Entry::Denied(Denied::Unknown)));
    }
    let foreign = request(vec![&shown[0]], vec!["https://evil.example"]).unwrap_err();
    assert_eq!(foreign.code(), "origin_foreign");
    assert!(Gate::on(Mode::Open, "0.0.0.0:80".parse().unwrap(), Tokens::new([], [])).is_err());
}
