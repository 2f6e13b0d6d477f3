//! What the environment of a container settles, as the image of Confluence reads it (docs/confluence.md, R75).

use super::{Database, Line, MailSwitch, SetUp};

/// The property that switches recovery mode on.
const RECOVERY: &str = "-Datlassian.recovery.password=";

/// How a container begins.
#[derive(Debug)]
pub struct Environment {
    /// How it is set up.
    pub set_up: SetUp,
    /// The port where it listens.
    pub port: Option<u16>,
    /// The context path.
    pub context_path: Option<String>,
}

impl Environment {
    /// Reads the variables that the mock knows; an empty one counts as absent. No value is told back.
    ///
    /// # Errors
    /// The variables of the data base aren't all there, or one can't be what it should.
    pub fn read(line: Line, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let get = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let mut set_up = SetUp::new(line);
        set_up.has_license = get("ATL_LICENSE_KEY").is_some();
        set_up.database = database(&get)?;
        // Several properties stand in one variable.
        let properties = get("JVM_SUPPORT_RECOMMENDED_ARGS").unwrap_or_default();
        let has = |wanted: &str| properties.split_whitespace().any(|one| one == wanted);
        set_up.forces_basic = has("-Dcom.atlassian.plugins.authentication.basic.auth.filter.force.allow=true");
        set_up.confirms_passwords = !has("-Dpassword.confirmation.disabled=true");
        set_up.mail_off = MailSwitch::ALL.into_iter().filter(|switch| has(switch.property())).collect();
        let password = properties.split_whitespace().find_map(|one| one.strip_prefix(RECOVERY));
        set_up.recovery = password.map(|password| (line.recovery_user(), password.to_owned().into()));
        let port = get("ATL_TOMCAT_PORT").map(|port| port.trim().parse());
        let port = port.transpose().map_err(|_| "read ATL_TOMCAT_PORT: it must be a port".to_owned())?;
        Ok(Self { set_up, port, context_path: get("ATL_TOMCAT_CONTEXTPATH") })
    }
}

fn database(get: &dyn Fn(&str) -> Option<String>) -> Result<Option<Database>, String> {
    const NAMES: [&str; 4] = ["ATL_DB_TYPE", "ATL_JDBC_URL", "ATL_JDBC_USER", "ATL_JDBC_PASSWORD"];
    match NAMES.map(get) {
        [None, None, None, None] => Ok(None),
        [Some(kind), Some(url), Some(user), Some(password)] if kind == "postgresql" => {
            let database =
                Database::new(&url, &user, password.into()).map_err(|text| format!("read ATL_JDBC_URL: {text}"))?;
            Ok(Some(database))
        }
        [Some(_), Some(_), Some(_), Some(_)] => Err("read ATL_DB_TYPE: the mock knows postgresql alone".to_owned()),
        _ => Err(format!("read the data base of the environment: set all of {}, or none", NAMES.join(", "))),
    }
}
