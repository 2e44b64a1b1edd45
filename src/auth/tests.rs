use super::*;

/// The code of the refusal of a request with these headers, or `admitted`.
fn check(headers: &[(&str, &str)]) -> &'static str {
    let texts = |name: &str| headers.iter().filter(|(known, _)| *known == name).map(|(_, value)| *value).collect();
    let request = RequestFacts {
        hosts: texts("host"),
        origins: texts("origin"),
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
    assert!(caller.scope.covers("17"));
    let may = [Role::View, Role::Ingest, Role::Operate, Role::Admin].map(|role| caller.may(role));
    assert_eq!(may, [true, true, true, false]);
}
