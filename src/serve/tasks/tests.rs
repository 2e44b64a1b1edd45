use anyhow::bail;

use super::*;

#[tokio::test]
async fn p1_a_task_that_ends_early_is_named_with_its_reason() {
    let mut tasks = Tasks::default();
    tasks.spawn("steady", std::future::pending());
    tasks.spawn("sink", async { bail!("no room") });
    assert_eq!(format!("{:#}", tasks.first_ended().await), "task `sink` failed: no room");

    tasks.spawn("live", async { Ok(()) });
    assert_eq!(format!("{:#}", tasks.first_ended().await), "task `live` ended by itself");
}

#[tokio::test]
async fn p1_a_thread_that_panics_is_an_error_and_not_silence() {
    let outcome = blocking("live", || panic!("out of range")).await;
    assert!(outcome.is_err());
}

#[tokio::test(start_paused = true)]
async fn p3_a_task_that_does_not_end_is_cut_short_at_its_deadline() {
    let mut tasks = Tasks::default();
    tasks.spawn("http", std::future::pending());
    tasks.ended("http", Duration::from_secs(5)).await;
    assert!(tasks.running.is_empty());
}
