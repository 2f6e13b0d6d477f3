use clap::Args;
use clap::builder::PossibleValuesParser;

use super::talk;
use crate::scenario::Check;

/// Say what a check looks at and what its findings mean; without a name, list the checks.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rehearse explain
  rehearse explain page-tree")]
pub struct Explain {
    /// The name of a check, as in scenarios
    #[arg(value_name = "CHECK", value_parser = PossibleValuesParser::new(Check::NAMES), hide_possible_values = true)]
    check: Option<String>,
}

impl Explain {
    pub fn run(self) -> u8 {
        let text = match &self.check {
            Some(name) => explain(name).unwrap_or_default(),
            None => list(),
        };
        talk::data(&text)
    }
}

/// What is known of a check.
fn explain(name: &str) -> Option<String> {
    let lines = Check::documentation(name)?.lines().map(str::trim_start);
    Some(format!("{name}\n\n{}\n", lines.collect::<Vec<_>>().join("\n").trim()))
}

/// Every check with its first sentence.
fn list() -> String {
    let width = Check::NAMES.iter().map(|name| name.len()).max().unwrap_or_default();
    let first = |name| Check::documentation(name).and_then(|text| text.trim().lines().next()).unwrap_or_default();
    Check::NAMES.iter().map(|name| format!("{name:width$}  {}\n", first(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_explained() {
        for name in Check::NAMES {
            let text = explain(name).unwrap();
            assert!(text.starts_with(name) && text.len() > name.len() + 10, "{text}");
        }
        assert_eq!(list().lines().count(), Check::NAMES.len());
    }
}
