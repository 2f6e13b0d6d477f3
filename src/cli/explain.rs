use clap::Args;
use clap::builder::PossibleValuesParser;

use super::talk;
use crate::archive::preflight::rules;
use crate::scenario::Check;

/// Say what a check looks at and what its findings mean, or what a prediction of `rehearse inspect` is about; without a name, list both.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rehearse explain
  rehearse explain page-tree
  rehearse explain several-spaces")]
pub struct Explain {
    /// The name of a check, as in scenarios, or of a prediction, as `rehearse inspect` prints it
    #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(names()), hide_possible_values = true)]
    name: Option<String>,
}

impl Explain {
    pub fn run(self) -> u8 {
        let text = match &self.name {
            Some(name) => explain(name).unwrap_or_default(),
            None => list(),
        };
        talk::data(&text)
    }
}

/// Everything that can be explained.
fn names() -> impl Iterator<Item = &'static str> {
    Check::NAMES.iter().copied().chain(rules().map(|rule| rule.name))
}

/// What is known of a check or a prediction.
fn explain(name: &str) -> Option<String> {
    if let Some(rule) = rules().find(|rule| rule.name == name) {
        return Some(format!(
            "{name} ({})\n\nsymptom: {}\ncause: {}\nremedy: {}\n",
            rule.fact, rule.symptom, rule.cause, rule.remedy
        ));
    }
    let text = crate::check::explain(name).or_else(|| Check::documentation(name).map(str::to_owned))?;
    let lines = text.lines().map(str::trim_start);
    Some(format!("{name}\n\n{}\n", lines.collect::<Vec<_>>().join("\n").trim()))
}

/// Every check with its first sentence, and every prediction with its symptom.
fn list() -> String {
    let width = names().map(str::len).max().unwrap_or_default();
    let first = |name| Check::documentation(name).and_then(|text| text.trim().lines().next()).unwrap_or_default();
    let checks: String = Check::NAMES.iter().map(|name| format!("{name:width$}  {}\n", first(name))).collect();
    let predictions: String = rules().map(|rule| format!("{:width$}  {}\n", rule.name, rule.symptom)).collect();
    format!("{checks}\nOf `rehearse inspect`:\n\n{predictions}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_and_every_prediction_is_explained() {
        for name in names() {
            let text = explain(name).unwrap();
            assert!(text.starts_with(name) && text.len() > name.len() + 10, "{text}");
        }
        assert!(names().all(|name| list().contains(name)));
    }
}
