use serde_json::json;

use super::retry::{GIVE_UP_AFTER_MS, Next, next};
use super::*;

#[test]
fn a_signature_is_the_one_of_the_standard() {
    // The example of https://github.com/standard-webhooks/standard-webhooks, computed with openssl as well.
    let secret =
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let signed = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn pauses_double_up_to_a_bound_and_end_after_a_day() {
    let pauses: Vec<Next> = [1, 2, 3, 9, 10, 30].into_iter().map(|tries| next(tries, 0, 0.5)).collect();
    let wanted = [1_000, 2_000, 4_000, 256_000, 512_000, 900_000].map(Next::Again);
    assert_eq!(pauses, wanted);
    assert_eq!((next(1, 0, 0.0), next(1, 0, 1.0)), (Next::Again(750), Next::Again(1_250)));
    assert_eq!(next(1, GIVE_UP_AFTER_MS, 0.5), Next::GiveUp);
}

#[test]
fn a_secret_is_in_no_text_of_a_destination() {
    let webhook = Webhook::new("https://u:geheim@example.vn/x?token=geheim", "geheim").unwrap();
    let login = Some(("geheim", "geheim"));
    let to = ["a@example.vn".to_owned()];
    let mailbox = Mailbox::new(("mail.example.vn", 587, MailTls::StartTls), ("b@example.vn", &to), login).unwrap();
    for destination in [Destination::Webhook(webhook), Destination::Smtp(mailbox)] {
        assert!(!format!("{destination:?}").contains("geheim"));
    }
    assert!(Webhook::new("ftp://x/geheim", "s").unwrap_err().starts_with("is no address"));
}

#[tokio::test]
async fn a_folder_has_a_whole_file_for_each_message_and_the_same_one_again() {
    let folder = tempfile::tempdir().unwrap();
    let to = Destination::Folder(Folder { path: folder.path().join("out") });
    let part = Part {
        name: "../bang.png".to_owned(),
        content_type: "image/png".to_owned(),
        content_id: Some("page1".to_owned()),
        bytes: vec![0, 159, 146, 150],
        file: None,
    };
    let message = Message {
        id: "n1-1-raised".to_owned(),
        subject: "Cảnh báo".to_owned(),
        text: "t".to_owned(),
        html: Some("<img src=\"cid:page1\">".to_owned()),
        payload: json!({"alert": 1}),
        parts: vec![part.clone()],
    };
    for _ in 0..2 {
        to.send(&message, crate::model::Instant(0)).await.unwrap();
    }
    let mut names: Vec<_> =
        std::fs::read_dir(folder.path().join("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["n1-1-raised-.._bang.png", "n1-1-raised.json"]);
    // As it is kept in the outbox.
    let kept: Message = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
    assert_eq!(kept, message);
    let body: serde_json::Value = serde_json::from_slice(&message.body().unwrap()).unwrap();
    assert_eq!(
        (&body["id"], &body["alert"], &body["files"][0]["bytes"]),
        (&json!("n1-1-raised"), &json!(1), &json!("AJ+Slg=="))
    );
}
