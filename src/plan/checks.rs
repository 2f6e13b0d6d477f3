use super::LeftOut;
use super::settle::Desk;
use crate::scenario::{Check, CheckName};
use crate::settings::{Span, Spanned};

/// The checks of a plan.
pub(super) struct Settled {
    pub checks: Vec<Spanned<Check>>,
    pub asked: Vec<Spanned<Check>>,
    pub all: Option<Span>,
    pub without: Vec<LeftOut>,
}

/// Expands `all` and takes away what is left out.
pub(super) fn settle_checks(desk: &mut Desk<'_>) -> Settled {
    let list = &desk.loaded.scenario.checks;
    let mut all = None;
    let mut named: Vec<(CheckName, Spanned<Check>)> = Vec::new();
    for item in &list.value {
        match CheckName::of(&item.value) {
            None if all.is_some() => {
                desk.refuse(
                    item.span,
                    "`all` stands among the checks twice",
                    "the second one",
                    "leave one of them out",
                );
            }
            None => all = Some(item.span),
            Some(name) if !name.asks() && named.iter().any(|(other, _)| *other == name) => {
                let message = format!("`{name}` stands among the checks twice");
                desk.refuse(item.span, message, "the second one", "leave one of them out");
            }
            Some(name) => named.push((name, item.clone())),
        }
    }
    let without = settle_without(all.is_some(), &named, desk);
    let mut checks = Vec::new();
    for name in CheckName::ALL {
        if let Some((_, check)) = named.iter().find(|(other, _)| *other == name) {
            checks.push(check.clone());
        } else if let Some(span) = all
            && !without.iter().any(|left_out| left_out.check == name)
        {
            checks.push(Spanned::new(name.bare(), span));
        }
    }
    if checks.is_empty() {
        let message = "a scenario without checks shows nothing";
        desk.refuse(list.span, message, "no check is left", "write `checks: [all]`, or name the checks");
    }
    let asked = super::asked::settle_asked(&named, all, &checks, desk);
    Settled { checks, asked, all, without }
}

fn settle_without(all: bool, named: &[(CheckName, Spanned<Check>)], desk: &mut Desk<'_>) -> Vec<LeftOut> {
    let mut without: Vec<LeftOut> = Vec::new();
    for item in &desk.loaded.scenario.without {
        let (check, reason) = (item.value.check, &item.value.excuse.reason);
        if without.iter().any(|other| other.check == check) {
            let message = format!("`{check}` is left out twice");
            desk.refuse(item.span, message, "the second one", "leave one of them out");
        } else if named.iter().any(|(other, _)| *other == check) {
            let message = format!("`{check}` is among the checks and left out at once");
            desk.refuse(item.span, message, "it is named under `checks:`", "take it out of one of the two lists");
        } else if !all {
            let message = format!("`{check}` is not among the checks");
            desk.refuse(item.span, message, "there is nothing to leave out", "`without:` takes checks out of `all`");
        }
        if reason.value.trim().is_empty() {
            let label = "the reports print this reason";
            desk.refuse(reason.span, "the reason is empty", label, "say why, in a few words");
        }
        without.push(LeftOut { check, reason: reason.value.clone(), span: item.span });
    }
    without
}
