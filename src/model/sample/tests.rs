//! Samples and the bounds that they support.

use super::*;

fn record(population: u64, drawn: u64) -> SampleRecord {
    SampleRecord {
        check: "attachments".into(),
        asked: "5%".into(),
        stretch: Sample { seed: 1, from: 0, last: 0 },
        population,
        population_bytes: 0,
        drawn,
        bytes: 0,
        examined: drawn,
        damaged: 0,
        rotation: None,
    }
}

fn things(number: u64) -> Vec<(u64, u64)> {
    (0..number).map(|index| (place(9, [index.to_string().as_str()]), 100)).collect()
}

#[test]
fn a_draw_takes_what_was_asked_for_and_each_key_alone_tells_whether_it_is_in() {
    let of = |portion: &str| draw(portion.parse().unwrap(), 9, 0, things(1_000));
    assert_eq!(of("5%").number, 50);
    assert_eq!(of("0.01%").number, 1, "never nothing");
    assert_eq!((of("100%").number, of("100%").sample.width()), (1_000, RING));
    assert_eq!((of("3KiB").number, of("3KiB").bytes), (30, 3_000), "never more than was asked for");
    assert_eq!(of("1B").number, 1, "never nothing");
    let drawn = draw(Portion::Number(77), 9, 0, things(1_000));
    assert_eq!((drawn.number, drawn.population, drawn.population_bytes), (77, 1_000, 100_000));
    let taken = (0..1_000).filter(|index: &u64| drawn.sample.takes([index.to_string().as_str()])).count();
    assert_eq!(taken, 77);
    assert_eq!(draw(Portion::Number(5), 9, 0, Vec::new()).number, 0);
    assert_eq!(draw(Portion::Number(5), 9, 0, things(3)).number, 3);
}

#[test]
fn stretches_one_behind_the_other_take_each_thing_once_also_over_the_end() {
    let all = things(1_000);
    let (mut from, mut seen) = (RING - 1_000, 0);
    for _ in 0..10 {
        let drawn = draw(Portion::Share(1_000), 9, from, all.clone());
        seen += drawn.number;
        from = (drawn.sample.last + 1) % RING;
    }
    assert_eq!(seen, 1_000);
}

#[test]
fn another_drill_looks_elsewhere_and_counters_of_equal_keys_do_not_matter() {
    assert_ne!(Sample::seed("20261123-124501-9f3c01aa"), Sample::seed("20261124-124501-9f3c01aa"));
    assert_eq!(place(1, ["page", "#2", "a"]), place(1, ["page", "a"]));
    assert_ne!(place(1, ["pagea"]), place(1, ["page", "a"]));
    assert_ne!(place(1, ["a"]), place(2, ["a"]));
}

#[test]
fn the_bound_is_that_of_the_hypergeometric_distribution() {
    // By brute force: the least d with C(N-d, n) / C(N, n) below 0.05.
    let choose = |n: u64, k: u64| (0..k).fold(1.0, |all, j| all * (n - j) as f64 / (k - j) as f64);
    for (all, drawn) in [(50_u64, 10_u64), (40, 39), (100, 1), (30, 15)] {
        let least = (0..=all - drawn).find(|d| choose(all - d, drawn) / choose(all, drawn) < 0.05);
        let least = least.unwrap_or(all - drawn + 1);
        assert_eq!(record(all, drawn).bound(), Some(least), "{drawn} of {all}");
    }
    assert_eq!(record(1_000, 1_000).bound(), Some(1));
    // Of very many, the rule of three.
    let bound = record(100_000_000, 2_995).bound().unwrap();
    assert!((99_000..101_000).contains(&bound), "{bound}");
    assert_eq!(SampleRecord { damaged: 1, ..record(100, 50) }.bound(), None);
    assert_eq!(SampleRecord { examined: 49, ..record(100, 50) }.bound(), None);
    assert_eq!(record(100, 0).bound(), None);
}

#[test]
fn a_bound_is_never_printed_smaller_than_it_is() {
    assert_eq!(
        [percent(1, 1_000), percent(12, 12_400), percent(1, 3), percent(5, 5)],
        ["0.1 %", "0.097 %", "34 %", "100 %"]
    );
    let said = record(12_400, 2_995).said();
    assert!(
        said.contains("a sample of 2,995 of 12,400 files") && said.contains("0 of 2,995: fewer than 0.0"),
        "{said}"
    );
    assert!(record(7, 7).said().ends_with("all of them, and none is damaged"));
    assert!(SampleRecord { damaged: 3, ..record(100, 50) }.said().ends_with("3 of 50 are damaged"));
}
