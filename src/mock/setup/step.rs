//! The steps of the set-up: where each is shown, where its form goes, and what the form must bring (docs/confluence.md, R71).

use super::Line;

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Start,
    Bundles,
    License,
    Cluster,
    DatabaseChoice,
    Database,
    Content,
    Users,
    Administrator,
}

/// What a field of a form must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Any text that isn't blank.
    Text,
    /// Any text that isn't blank, and that is never shown.
    Secret,
    /// Anything; but the field must be there.
    Anything,
}

type Field = (&'static str, Wants);

const NEXT: Field = ("setup-next-button", Wants::Anything);

const CLUSTER: &[Field] = &[("newCluster", Wants::OneOf(&["skipCluster"]))];

const WHOLE_CLUSTER: &[Field] = &[
    ("newCluster", Wants::OneOf(&["skipCluster"])),
    ("clusterName", Wants::Anything),
    ("clusterHome", Wants::Anything),
    ("clusterAddressString", Wants::Anything),
    ("clusterPeersString", Wants::Anything),
    ("iamRole", Wants::Anything),
    ("accessKey", Wants::Anything),
    ("secretKey", Wants::Anything),
    ("region", Wants::Anything),
    ("hostHeader", Wants::Anything),
    ("securityGroupName", Wants::Anything),
    ("tagKey", Wants::Anything),
    ("tagValue", Wants::Anything),
    ("networkInterface", Wants::OneOf(&["eth0"])),
    ("joinMethod", Wants::OneOf(&["multicast"])),
    ("generateClusterAddress", Wants::OneOf(&["auto"])),
    ("generateClusterAddressSubmitted", Wants::OneOf(&["submitted"])),
    ("awsAuthMethod", Wants::OneOf(&["iamrole"])),
];

impl Step {
    /// All of them, in their order.
    const ALL: [Self; 9] = [
        Self::Start,
        Self::Bundles,
        Self::License,
        Self::Cluster,
        Self::DatabaseChoice,
        Self::Database,
        Self::Content,
        Self::Users,
        Self::Administrator,
    ];

    /// The steps of a line, given what the environment has settled.
    pub fn of(line: Line, has_license: bool, has_database: bool) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |step| match step {
            Self::Start => !has_license && !has_database,
            Self::Bundles => !has_license && !has_database && line.offers_bundles(),
            Self::License => !has_license,
            Self::DatabaseChoice | Self::Database => !has_database,
            Self::Cluster | Self::Content | Self::Users | Self::Administrator => true,
        })
    }

    /// The path of its page.
    pub fn page(self) -> &'static str {
        match self {
            Self::Start => "/setup/setupstart.action",
            Self::Bundles => "/setup/selectbundle.action",
            Self::License => "/setup/setuplicense.action",
            Self::Cluster => "/setup/setupcluster-start.action",
            Self::DatabaseChoice => "/setup/setupdbchoice-start.action",
            Self::Database => "/setup/setupdbtype-start.action",
            Self::Content => "/setup/setupdata-start.action",
            Self::Users => "/setup/setupusermanagementchoice-start.action",
            Self::Administrator => "/setup/setupadministrator-start.action",
        }
    }

    /// The path to which its form goes.
    pub fn action(self) -> &'static str {
        match self {
            Self::Start => "/setup/dosetupstart.action",
            Self::Bundles => "/setup/selectbundle.action",
            Self::License => "/setup/dosetuplicense.action",
            Self::Cluster => "/setup/setupcluster.action",
            Self::DatabaseChoice => "/setup/setupdbchoice.action",
            Self::Database => "/setup/setupdbtype.action",
            Self::Content => "/setup/setupdata.action",
            Self::Users => "/setup/setupusermanagementchoice.action",
            Self::Administrator => "/setup/setupadministrator.action",
        }
    }

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Start => "Set up Confluence",
            Self::Bundles => "Get apps",
            Self::License => "License key",
            Self::Cluster => "Choose your deployment type",
            Self::DatabaseChoice => "Choose your database",
            Self::Database => "Set up your database",
            Self::Content => "Load content",
            Self::Users => "Configure user management",
            Self::Administrator => "Configure system administrator account",
        }
    }

    /// What its form must bring besides the token.
    pub fn fields(self, line: Line) -> &'static [Field] {
        match self {
            Self::Start => &[("setupType", Wants::OneOf(&["custom"])), NEXT],
            Self::Bundles => &[],
            Self::License => &[("confLicenseString", Wants::Secret), ("setupTypeCustom", Wants::Anything)],
            Self::Cluster if line.wants_all_of_the_cluster() => WHOLE_CLUSTER,
            Self::Cluster => CLUSTER,
            Self::DatabaseChoice => {
                &[("dbChoice", Wants::OneOf(&["custom", "embedded"])), ("thisNodeClustered", Wants::OneOf(&["false"]))]
            }
            Self::Database => &[
                ("dbConfigInfo.databaseType", Wants::OneOf(&["postgresql"])),
                ("dbConfigInfo.simple", Wants::OneOf(&["false"])),
                ("dbConfigInfo.databaseUrl", Wants::Text),
                ("dbConfigInfo.userName", Wants::Text),
                ("dbConfigInfo.password", Wants::Secret),
            ],
            Self::Content => {
                &[("contentChoice", Wants::OneOf(&["blank"])), ("dbchoiceSelect", Wants::OneOf(&["Empty Site"]))]
            }
            Self::Users => &[
                ("userManagementChoice", Wants::OneOf(&["internal"])),
                ("internal", Wants::OneOf(&["Manage users and groups within Confluence"])),
            ],
            Self::Administrator => &[
                ("username", Wants::Text),
                ("fullName", Wants::Text),
                ("email", Wants::Text),
                ("password", Wants::Secret),
                ("confirm", Wants::Secret),
                NEXT,
            ],
        }
    }
}
