//! People: accounts and their names, and who a restore expects on its target.

use super::{Case, Met, Rule, Weight, told};

/// Most users that the licences for trials have.
const TRIAL: u64 = 10;

pub(super) const RULES: [Rule; 7] = [
    Rule {
        name: "blank-user-names",
        fact: "F6",
        symptom: "the restore of the site stops: duplicate key, `unq_lwr_username`, `(lower_username)=()`",
        cause: "several users have no lower-case name",
        remedy: "in the source, give the rows of user_mapping without a name their keys as names, and make the backup again",
        examine: |case| {
            let blank = &case.signals.blank_names;
            let evidence = told(blank.number, "user has no lower-case name", "users have no lower-case name");
            (blank.number > 1).then(|| Met::new(names(case), true, evidence).at(case.signals.first(blank)))
        },
    },
    Rule {
        name: "duplicate-user-names",
        fact: "F6",
        symptom: "the restore of the site stops: duplicate key, `unq_lwr_username`",
        cause: "two users have names that differ in case only, or were duplicated by two directories",
        remedy: "in the source, rename or merge one of each two, and make the backup again",
        examine: |case| {
            let twice = &case.signals.names_twice;
            let evidence = told(
                twice.number,
                "lower-case name is another user's, too",
                "lower-case names are another user's, too",
            );
            let met = Met::new(names(case), true, evidence).named(case.signals.twice.iter().cloned());
            (twice.number > 0).then(|| met.at(case.signals.first(twice)))
        },
    },
    Rule {
        name: "odd-user-keys",
        fact: "F25",
        symptom: "later steps, such as a migration, stop: \"Invalid characters in userKeys\"",
        cause: "the keys come from Cloud and hold colons and dashes",
        remedy: "nothing for a restore by itself; keep it in mind for what follows",
        examine: |case| {
            let odd = &case.signals.odd_keys;
            let evidence = told(odd.number, "user key holds a colon or a dash", "user keys hold a colon or a dash");
            (odd.number > 0).then(|| Met::new(Weight::Note, false, evidence).at(case.signals.first(odd)))
        },
    },
    Rule {
        name: "users-expected",
        fact: "F23",
        symptom: "authors shown as unknown users, broken mentions",
        cause: "the restore of a space matches people by name, and those that the target doesn't know stay unknown",
        remedy: "create or connect these users on the target before the restore",
        examine: |case| {
            let number = case.signals.users;
            let evidence = told(number, "user has to do with what it holds", "users have to do with what it holds");
            let met = Met::new(Weight::Note, false, evidence).named(case.signals.user_names.iter().cloned());
            (!case.is_site() && number > 0).then_some(met)
        },
    },
    Rule {
        name: "groups-expected",
        fact: "F24",
        symptom: "permissions and restrictions that name these groups have no effect",
        cause: "the restore of a space brings no groups; those that are missing or renamed on the target stay as names in the permissions",
        remedy: "create these groups on the target before the restore, under the same names",
        examine: |case| {
            let number = case.signals.groups.len() as u64;
            let evidence = format!("permissions and restrictions name {}", told(number, "group", "groups"));
            let met = Met::new(Weight::Note, false, evidence).named(case.signals.groups.iter().cloned());
            (!case.is_site() && number > 0).then_some(met)
        },
    },
    Rule {
        name: "no-administrator",
        fact: "F26",
        symptom: "after the restore nobody can log in as an administrator",
        cause: "the restore of a site brings the source's users, and none of the backup's permissions makes anybody an administrator; Cloud has none",
        remedy: "start the target with `atlassian.recovery.password` and give an account the rights of an administrator",
        examine: |case| {
            let missing = case.is_site() && !case.signals.administrators && case.signals.objects > 0;
            let evidence = "no permission of the site is SYSTEMADMINISTRATOR or ADMINISTRATECONFLUENCE";
            missing.then(|| Met::new(Weight::MayFail, case.is_cloud(), evidence))
        },
    },
    Rule {
        name: "more-users-than-a-trial",
        fact: "F28",
        symptom: "the target is read-only, or says that its licence has too few users",
        cause: "the restore of a site brings its accounts, and licences for trials have ten users",
        remedy: "use a licence for as many users, or switch accounts off after the restore",
        examine: |case| {
            let number = case.signals.active_accounts;
            let evidence = told(number, "account may log in", "accounts may log in");
            (case.is_site() && number > TRIAL).then(|| Met::new(Weight::Note, false, evidence))
        },
    },
];

/// The unique key is broken where rows are written as they are: by a site restore. That of a space looks people up by name.
fn names(case: &Case<'_>) -> Weight {
    if case.is_site() { Weight::Refuses } else { Weight::Note }
}
