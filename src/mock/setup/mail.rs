//! The switches of mail in the environment. The mock sends none and fetches none in any case; it says which switches are on, so that whoever starts a
//! container with them sees that they arrived (docs/confluence.md, R75).

/// A switch of `JVM_SUPPORT_RECOMMENDED_ARGS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSwitch {
    /// Nothing is sent.
    Send,
    /// Nothing is fetched.
    Fetch,
    /// Nothing is fetched by POP.
    Pop,
}

impl MailSwitch {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Send, Self::Fetch, Self::Pop];

    /// The property, as the image passes it to Java.
    pub fn property(self) -> &'static str {
        match self {
            Self::Send => "-Datlassian.mail.senddisabled=true",
            Self::Fetch => "-Datlassian.mail.fetchdisabled=true",
            Self::Pop => "-Datlassian.mail.popdisabled=true",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Send => "sending",
            Self::Fetch => "fetching",
            Self::Pop => "POP",
        }
    }
}

/// Which of these switches are on, in words.
pub fn told(on: &[MailSwitch]) -> String {
    if on.is_empty() {
        return "mail is not switched off".to_owned();
    }
    let words: Vec<&str> = on.iter().map(|switch| switch.word()).collect();
    format!("mail is switched off ({})", words.join(", "))
}
