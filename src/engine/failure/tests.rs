use super::{EngineMessage, Failure};

fn engine(message: &str) -> Failure {
    Failure::Engine(EngineMessage(message.to_owned()))
}

#[test]
fn the_code_is_the_first_number() {
    assert_eq!(engine("Code: 60. DB::Exception: Unknown table t. (UNKNOWN_TABLE)").code(), Some(60));
    assert_eq!(engine("Cannot run a query while a streaming insert is active").code(), None);
}

#[test]
fn a_message_wrapped_in_itself_is_said_once() {
    let wrapped = engine("Code: 73. DB::Exception: Code: 73. DB::Exception: Unknown format X. (UNKNOWN_FORMAT)\n");
    assert_eq!(wrapped.message(), "Code: 73. DB::Exception: Unknown format X. (UNKNOWN_FORMAT)");
}

#[test]
fn a_long_list_of_expectations_is_cut() {
    let list = vec!["SHOW TABLES"; 100].join(", ");
    let words =
        engine(&format!("Code: 62. DB::Exception: Syntax error. Expected one of: {list}. (SYNTAX_ERROR)")).message();
    assert!(words.len() < 300 && words.ends_with("SHOW TABLES, ... (SYNTAX_ERROR)"), "{words}");
    let short = "Code: 62. DB::Exception: Syntax error. Expected one of: a, b. (SYNTAX_ERROR)";
    assert_eq!(engine(short).message(), short);
}
