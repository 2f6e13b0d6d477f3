//! Ctrl-C and SIGTERM: the first asks the drill to stop and tear down, the second ends the program at once.

use tokio_util::sync::CancellationToken;

use super::{EXIT_INTERRUPTED, talk};

/// Cancels the token on the first signal, exits on the second.
pub fn listen(cancel: CancellationToken) {
    tokio::spawn(async move {
        if !signal().await {
            return;
        }
        talk::say("stopping: what was started is being removed; once more to leave it");
        cancel.cancel();
        if signal().await {
            talk::say("left: whatever the drill had started; `rehearse sweep` removes it");
            std::process::exit(i32::from(EXIT_INTERRUPTED));
        }
    });
}

/// Waits for either signal; false where the system gives none.
async fn signal() -> bool {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return false;
        };
        tokio::select! {
            heard = interrupt.recv() => heard.is_some(),
            heard = terminate.recv() => heard.is_some(),
        }
    }
    #[cfg(not(unix))]
    {
        tokio::signal::ctrl_c().await.is_ok()
    }
}
