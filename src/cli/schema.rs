use clap::Args;

use super::talk;

/// Print the JSON Schema (draft-07) of scenario files, for editors.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  rehearse schema > scenario.schema.json

With this first line, an editor with a YAML language server completes and checks a scenario:
  # yaml-language-server: $schema=scenario.schema.json")]
pub struct Schema {}

impl Schema {
    pub fn run(self) -> u8 {
        talk::data(&format!("{:#}\n", crate::scenario::schema()))
    }
}
