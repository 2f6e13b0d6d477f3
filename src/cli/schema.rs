use clap::{Args, ValueEnum};

use super::{inspect, prove, talk};

/// Print the JSON Schema (draft-07) of scenario files, for editors, or of what a command prints.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rehearse schema > scenario.schema.json
  rehearse schema inspect                  of what `rehearse inspect --json` prints
  rehearse schema prove                    of what `rehearse prove --json` prints

With this first line, an editor with a YAML language server completes and checks a scenario:
  # yaml-language-server: $schema=scenario.schema.json")]
pub struct Schema {
    /// Of what
    #[arg(value_enum, default_value = "scenario")]
    of: Of,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Of {
    Scenario,
    Inspect,
    Prove,
}

impl Schema {
    pub fn run(self) -> u8 {
        let schema = match self.of {
            Of::Scenario => crate::scenario::schema(),
            Of::Inspect => inspect::schema(),
            Of::Prove => prove::schema(),
        };
        talk::data(&format!("{schema:#}\n"))
    }
}
