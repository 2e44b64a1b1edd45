//! The example of a configuration file, written from the table of keys.

use std::fmt::Write as _;

use super::keys::{KEYS, Key, Kind};

/// Longest line of a comment.
const COLUMNS: usize = 100;

/// A configuration file in which every key stands as a comment, with what it is for, its bounds and its default.
pub fn example() -> String {
    let mut text = String::from(
        "# opcentre: every key with its default. Options win over the environment, and that over this file.\n",
    );
    for key in KEYS.iter().filter(|key| !key.hidden) {
        text.push('\n');
        for line in wrapped(&about(key)) {
            writeln!(text, "# {line}").expect("writing to memory succeeds");
        }
        writeln!(text, "# --{}, {}", key.flag, key.env).expect("writing to memory succeeds");
        writeln!(text, "#{} = {}", key.name, written(key)).expect("writing to memory succeeds");
    }
    text.push_str(DELIVERY);
    text
}

/// Tables of destinations, which are no single keys.
const DELIVERY: &str = r#"
# Where messages about alerts (`deliver` in alerts.toml) go, a table for each destination. A secret or password may stand
# in the environment instead: OPCENTRE_DELIVERY_NAME_SECRET, OPCENTRE_DELIVERY_NAME_PASSWORD.
# [delivery.duty-hook]
# kind = "webhook"
# url = "https://example.vn/hooks/opcentre"
# secret = "whsec_..."

# tls: starttls (port 587), implicit (465) or none (25). The server's certificate is judged by the machine's authorities,
# or by those of the file that SSL_CERT_FILE names.
# [delivery.duty-mail]
# kind = "smtp"
# host = "mail.example.vn"
# tls = "starttls"
# from = "opcentre@example.vn"
# to = ["duty@example.vn"]
# user = "opcentre"
# password = "..."

# [delivery.files]
# kind = "folder"
# path = "/var/lib/opcentre/outbox"
"#;

fn about(key: &Key) -> String {
    match key.kind {
        Kind::Whole { least, most } => format!("{} From {least} to {most}.", key.about),
        Kind::Choice(words) => format!("{} One of {}.", key.about, words.join(", ")),
        Kind::Text | Kind::Secret => key.about.to_owned(),
    }
}

/// The value that the example shows, as TOML.
fn written(key: &Key) -> String {
    let shown = key.default.unwrap_or(key.sample);
    match key.kind {
        Kind::Whole { .. } => shown.to_owned(),
        _ => format!("\"{shown}\""),
    }
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a line");
        if !last.is_empty() && last.len() + word.len() >= COLUMNS {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}
