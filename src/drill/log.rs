//! Keeps the account of a running drill: which stage took how long, and what came of it.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use crate::clock::Context;
use crate::event::{Event, Stage};
use crate::model::{Fault, StageRecord, StageState};

/// How long a stage may take to put its things away once the drill was told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Why a stage broke.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) fault: Fault,
    pub(super) error: String,
}

impl Broken {
    pub(super) fn new(fault: Fault, error: impl Display) -> Self {
        Self { fault, error: error.to_string() }
    }

    pub(super) fn rig(error: impl Display) -> Self {
        Self::new(Fault::Rig, error)
    }
}

/// The account of a running drill.
pub(super) struct Log<'a> {
    ctx: &'a Context,
    stages: Vec<StageRecord>,
}

impl<'a> Log<'a> {
    pub(super) fn new(ctx: &'a Context) -> Self {
        Self { ctx, stages: Vec::new() }
    }

    pub(super) fn into_stages(self) -> Vec<StageRecord> {
        self.stages
    }

    /// Carries out a stage on what the stage before it made, says what came of it, and gives what it made.
    ///
    /// A stage whose input is missing is not begun. One that the drill's end overtakes gets [`GRACE`] to put its things away.
    pub(super) async fn stage<I, T, F>(
        &mut self,
        stage: Stage,
        input: Option<I>,
        work: impl FnOnce(I) -> F,
        say: impl FnOnce(&T) -> String,
    ) -> Option<T>
    where
        F: Future<Output = Result<T, Broken>>,
    {
        let Some(input) = input else {
            self.not_reached(stage);
            return None;
        };
        if self.ctx.cancel.is_cancelled() && stage != Stage::TearDown {
            self.stages.push(StageRecord {
                stage,
                millis: 0,
                state: StageState::NotReached { why: "the drill was told to stop".to_owned() },
            });
            return None;
        }
        self.ctx.events.send(&Event::StageBegan { stage });
        let began = self.ctx.clock.elapsed();
        let result = self.overtaken(stage, work(input)).await;
        let millis = u64::try_from(self.ctx.clock.elapsed().saturating_sub(began).as_millis()).unwrap_or(u64::MAX);
        let (made, state, said) = match result {
            Ok(made) => {
                let said = say(&made);
                (Some(made), StageState::Done { said: said.clone() }, Ok(said))
            }
            Err(Broken { fault, error }) => (None, StageState::Broken { fault, error: error.clone() }, Err(error)),
        };
        self.ctx.events.send(&Event::StageEnded { stage, millis, said });
        self.stages.push(StageRecord { stage, millis, state });
        made
    }

    async fn overtaken<T>(&self, stage: Stage, work: impl Future<Output = Result<T, Broken>>) -> Result<T, Broken> {
        if stage == Stage::TearDown {
            return work.await;
        }
        tokio::pin!(work);
        tokio::select! {
            biased;
            result = &mut work => result,
            () = self.ctx.cancel.cancelled() => match tokio::time::timeout(GRACE, &mut work).await {
                Ok(result) => result,
                Err(_) => Err(Broken::rig("end in time: the drill was told to stop")),
            },
        }
    }

    fn not_reached(&mut self, stage: Stage) {
        let broken = self.stages.iter().find_map(|record| match record.state {
            StageState::Broken { .. } => Some(format!("the stage {} broke", record.stage.name())),
            StageState::NotReached { .. } => Some(format!("the stage {} was not reached", record.stage.name())),
            StageState::Done { .. } => None,
        });
        let why = broken.unwrap_or_else(|| "what it needs was not made".to_owned());
        self.stages.push(StageRecord { stage, millis: 0, state: StageState::NotReached { why } });
    }
}
