use clap::Args;
use clap_complete::Shell;

use super::talk;

/// Print the completions of a shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rehearse completions bash > /etc/bash_completion.d/rehearse
  rehearse completions zsh > ~/.zfunc/_rehearse
  rehearse completions fish > ~/.config/fish/completions/rehearse.fish")]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    pub fn run(self, command: &mut clap::Command) -> u8 {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, command, "rehearse", &mut text);
        talk::data(&String::from_utf8_lossy(&text))
    }
}
