use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;

fn filled(rows: &[(Vec<u8>, Vec<u8>)], limit: usize) -> Sorted {
    let mut runs = Runs::new(&Budget::new(limit));
    rows.iter().for_each(|(key, row)| runs.push(key, row));
    runs.finish().unwrap()
}

fn walked(sorted: &Sorted) -> Vec<(Vec<u8>, Vec<u8>)> {
    walk(sorted.rows())
}

fn walk(mut rows: Rows<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut all = Vec::new();
    while let Some((key, row)) = rows.next().unwrap() {
        all.push((key.to_vec(), row.to_vec()));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Whatever the budget, the rows are those of a stable sort, and a key finds the last row that it was given.
    #[test]
    fn rows_are_those_of_a_stable_sort(
        rows in proptest::collection::vec((proptest::collection::vec(0_u8..3, 0..12), proptest::collection::vec(any::<u8>(), 0..300)), 0..400),
        limit in prop::sample::select(vec![200_usize, 5_000, 40_000, 1 << 30]),
        ordered in any::<bool>(),
    ) {
        let mut rows = rows;
        let mut sorted = rows.clone();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        if ordered {
            rows.clone_from(&sorted);
        }
        let made = filled(&rows, limit);
        prop_assert_eq!(made.len(), rows.len() as u64);
        prop_assert_eq!(&walked(&made), &sorted);
        for from in sorted.iter().step_by(7).map(|row| row.0.clone()).chain([vec![1], vec![2, 2, 2, 2]]) {
            let behind: Vec<_> = sorted.iter().filter(|row| row.0 >= from).cloned().collect();
            prop_assert_eq!(walk(made.rows_from(&from)), behind);
        }
        for key in (0..40_u8).map(|number| vec![number % 3; usize::from(number % 13)]).chain(rows.iter().map(|row| row.0.clone())) {
            let last = rows.iter().rev().find(|row| row.0 == key).map(|row| row.1.clone());
            prop_assert_eq!(made.get(&key, <[u8]>::to_vec).unwrap(), last);
        }
    }
}

#[test]
fn rows_longer_than_a_block_and_many_runs_are_kept() {
    let rows: Vec<_> =
        (0..200_u64).map(|number| (number.wrapping_mul(7_919).to_be_bytes().to_vec(), vec![7; 9_000])).collect();
    let made = filled(&rows, 20_000);
    assert_eq!((made.runs.len(), made.len()), (1, 200), "more than a few runs become one");
    assert!(made.get(&rows[150].0, |row| row == vec![7; 9_000]).unwrap().unwrap());
    assert!(walked(&made).is_sorted());
}

#[test]
fn rows_in_order_make_one_run_and_the_budget_is_given_back() {
    let budget = Budget::new(50_000);
    let mut runs = Runs::new(&budget);
    for number in 0..20_000_u64 {
        runs.push(&number.to_be_bytes(), b"row");
    }
    assert_eq!(runs.runs.len(), 1);
    let sorted = runs.finish().unwrap();
    assert!(budget.used.load(Ordering::Relaxed) <= 50_000);
    drop(sorted);
    assert_eq!(budget.used.load(Ordering::Relaxed), 0);
}

#[test]
fn rows_that_stay_take_no_memory_where_some_are_on_disk() {
    for (number, in_memory) in [(10, true), (2_000, false)] {
        let budget = Budget::new(10_000);
        let mut runs = Runs::walked(&budget);
        (0..number).for_each(|number: u64| runs.push(&number.wrapping_mul(7_919).to_be_bytes(), b"row"));
        let sorted = runs.finish_apart().unwrap();
        assert_eq!((budget.used.load(Ordering::Relaxed) > 0, sorted.len()), (in_memory, number));
        assert_eq!(walked(&sorted).len() as u64, number);
    }
}

#[test]
fn what_the_disk_gives_back_is_held_against_what_was_written() {
    use std::os::unix::fs::FileExt as _;
    let rows: Vec<_> = (0..2_000_u64).map(|number| (number.to_be_bytes().to_vec(), vec![1; 20])).collect();
    let made = filled(&rows, 1_000);
    made.file.as_ref().unwrap().write_all_at(b"x", 9_000).unwrap();
    assert!(matches!(made.rows().next(), Ok(Some(_))));
    let mut rows = made.rows();
    let broken = std::iter::from_fn(|| rows.next().map(|row| row.map(|_| ())).transpose()).find(Result::is_err);
    assert!(matches!(broken, Some(Err(SpillError::Damaged))));
    made.file.as_ref().unwrap().set_len(100).unwrap();
    let wrong = made.get(&0_u64.to_be_bytes(), |_| ()).unwrap_err();
    assert!(matches!(wrong, SpillError::Read(_)), "{wrong}");
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Row {
    number: i64,
    text: String,
    other: Option<[u8; 32]>,
}

#[test]
fn a_table_knows_the_last_row_of_each_number_and_the_fronts() {
    let row = |number: i64| Row { number, text: format!("row {number}"), other: Some([3; 32]) };
    for limit in [500, 1 << 20] {
        let mut filling = Filling::new(&Budget::new(limit));
        for (number, value) in [(5_u64, 1), (3, 2), (5, 3), (9, 4)] {
            filling.push(number, &row(value));
        }
        let table = filling.finish::<Row>().unwrap();
        assert_eq!(table.get(5).unwrap(), Some(row(3)));
        assert_eq!(table.get(4).unwrap(), None);
        assert_eq!(table.front::<i64>(9).unwrap(), Some(4));
        let rows: Vec<_> = table.rows().map(Result::unwrap).collect();
        assert_eq!(rows, [(3, row(2)), (5, row(3)), (9, row(4))]);
        let replaced: Vec<_> = table.all().map(|row| row.unwrap().replaced).collect();
        assert_eq!(replaced, [false, true, false, false]);
        let mut beside = table.beside();
        let mut seen = Vec::new();
        for number in [4, 5, 8] {
            beside.until(number, |row| seen.push((number, row.number, row.row.number))).unwrap();
        }
        beside.until(u64::MAX, |row| seen.push((0, row.number, row.row.number))).unwrap();
        assert_eq!(seen, [(4, 3, 2), (5, 5, 1), (5, 5, 3), (0, 9, 4)]);
    }
}
