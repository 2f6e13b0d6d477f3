//! Images: found by name, or made of an executable of `rehearse`. Never pulled.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bollard::models::{ImageInspect, ImageSummary};
use bollard::query_parameters::{
    BuildImageOptionsBuilder, BuilderVersion, ListImagesOptionsBuilder, RemoveImageOptions,
};
use futures_util::TryStreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::engine::{is_absent, said};
use super::error::bounded;
use super::{Engine, LABEL_EXECUTABLE, LABEL_MOCK, LabError};
use crate::model::Hasher;

/// Where images that `rehearse` builds itself are kept: the tag is the beginning of the executable's digest.
const REPOSITORY: &str = "rehearse-mock";
/// The instructions; the same that `docker build` takes by hand.
const DOCKERFILE: &str = include_str!("../../docker/mock/Dockerfile");
/// An image takes a while to send and to store.
const BUILD_PATIENCE: Duration = Duration::from_secs(600);

/// How long the engine has to remove an image.
const REMOVE_PATIENCE: Duration = Duration::from_secs(30);
/// Two drills of one process build an image once.
static BUILDING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// An image that is on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its name, as `rehearse-mock:0123456789ab`.
    pub name: String,
    /// Its digest, as `sha256:…`; containers are started by it, so that a tag that moves can't slip another image in.
    pub digest: String,
}

/// The image of this name, which must be on this machine and say that it holds a mock.
pub async fn existing_image(engine: &Engine, name: &str) -> Result<Image, LabError> {
    let image = inspect(engine, name).await?.ok_or_else(|| LabError::ImageAbsent { image: name.to_owned() })?;
    if label(&image, LABEL_MOCK) != Some("true") {
        return Err(LabError::NotAMock { image: name.to_owned() });
    }
    Ok(Image { name: name.to_owned(), digest: image.id.unwrap_or_default() })
}

/// The image of the mock made of this executable (of the running one, where none is named), built where it isn't there yet.
///
/// The executable must be static and of the engine's architecture.
pub async fn ensure_mock_image(engine: &Engine, executable: Option<&Path>) -> Result<Image, LabError> {
    let path = match executable {
        Some(path) => path.to_owned(),
        None => own_executable()?,
    };
    let mut file = tokio::fs::File::open(&path).await.map_err(|error| LabError::file("read", &path, error))?;
    let head = read_head(&mut file).await.map_err(|error| LabError::file("read", &path, error))?;
    fitness(&head, engine.architecture()).map_err(|why| LabError::UnfitExecutable { path: path.clone(), why })?;
    let digest = digest(&mut file).await.map_err(|error| LabError::file("read", &path, error))?;
    let _one_at_a_time = BUILDING.lock().await;
    let name = format!("{REPOSITORY}:{}", digest.get(..12).unwrap_or(&digest));
    if let Some(image) = inspect(engine, &name).await?
        && label(&image, LABEL_EXECUTABLE) == Some(digest.as_str())
    {
        return Ok(Image { name, digest: image.id.unwrap_or_default() });
    }
    build(engine, &name, &path, &digest).await?;
    // Another process that built the same at the same time has lost its name for it.
    let nameless = |image: &ImageSummary| image.repo_tags.iter().all(|tag| tag.starts_with("<none>"));
    remove_images(engine, format!("{LABEL_EXECUTABLE}={digest}"), nameless).await?;
    existing_image(engine, &name).await
}

/// Removes the images that `rehearse` built itself and that are so old, other than the one to keep; images that a container uses stay.
/// Returns their names. A drill that is about to start one of them would build it again.
pub async fn remove_old_mock_images(
    engine: &Engine,
    keep: Option<&Image>,
    older_than: Duration,
) -> Result<Vec<String>, LabError> {
    let oldest = i64::try_from(older_than.as_secs()).map_or(i64::MIN, |age| jiff::Timestamp::now().as_second() - age);
    let other = |image: &ImageSummary| image.created <= oldest && keep.is_none_or(|keep| keep.digest != image.id);
    remove_images(engine, LABEL_EXECUTABLE.to_owned(), other).await
}

async fn remove_images(
    engine: &Engine,
    label: String,
    which: impl Fn(&ImageSummary) -> bool,
) -> Result<Vec<String>, LabError> {
    let filter = HashMap::from([("label", vec![label])]);
    let options = ListImagesOptionsBuilder::default().filters(&filter).build();
    let images = engine.ask("list the images of the mock", engine.docker().list_images(Some(options))).await?;
    let mut removed = Vec::new();
    for image in images.into_iter().filter(which) {
        let name = image.repo_tags.first().cloned().unwrap_or_else(|| image.id.clone());
        // An image in use is refused by the engine, which is as it should be.
        let removal = engine.docker().remove_image(&name, None::<RemoveImageOptions>, None);
        if tokio::time::timeout(REMOVE_PATIENCE, removal).await.is_ok_and(|result| result.is_ok()) {
            removed.push(name);
        }
    }
    Ok(removed)
}

async fn inspect(engine: &Engine, name: &str) -> Result<Option<ImageInspect>, LabError> {
    match engine.docker().inspect_image(name).await {
        Ok(image) => Ok(Some(image)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(engine.plain(&format!("look at the image {name}"), &error)),
    }
}

fn label<'a>(image: &'a ImageInspect, name: &str) -> Option<&'a str> {
    image.config.as_ref()?.labels.as_ref()?.get(name).map(String::as_str)
}

fn own_executable() -> Result<PathBuf, LabError> {
    std::env::current_exe().map_err(|error| LabError::file("find", Path::new("rehearse"), error))
}

/// The beginning of the file: its ELF header and, as linkers write it, its program headers.
async fn read_head(file: &mut tokio::fs::File) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.take(64 << 10).read_to_end(&mut head).await?;
    file.rewind().await?;
    Ok(head)
}

async fn digest(file: &mut tokio::fs::File) -> std::io::Result<String> {
    let mut hasher = Hasher::default();
    let mut buffer = vec![0_u8; 1 << 20];
    loop {
        let read = file.read(&mut buffer).await?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hasher.update(bytes);
    }
    Ok(hasher.finish().hex().to_owned())
}

/// Whether an executable can be all that is in an image: static, and of the engine's architecture; else why not.
fn fitness(head: &[u8], architecture: &str) -> Result<(), String> {
    let number = |at: usize, length: usize| -> Option<u64> {
        let bytes = head.get(at..at.checked_add(length)?)?;
        Some(bytes.iter().rev().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
    };
    if head.get(..6) != Some(b"\x7fELF\x02\x01") {
        return Err("it is not a 64-bit Linux executable".to_owned());
    }
    let machine = match number(18, 2) {
        Some(62) => "amd64",
        Some(183) => "arm64",
        _ => "unknown",
    };
    if machine != architecture {
        return Err(format!("it is built for {machine}, the container engine runs on {architecture}"));
    }
    let (Some(offset), Some(size), Some(count)) = (number(32, 8), number(54, 2), number(56, 2)) else {
        return Err("its ELF header is cut off".to_owned());
    };
    for index in 0..count {
        let at = usize::try_from(offset.saturating_add(index * size)).unwrap_or(usize::MAX);
        match number(at, 4) {
            Some(3) => return Err("it is dynamic: it asks for an interpreter and shared libraries".to_owned()),
            Some(_) => {}
            None => return Err("its program headers are cut off".to_owned()),
        }
    }
    Ok(())
}

async fn build(engine: &Engine, name: &str, executable: &Path, digest: &str) -> Result<(), LabError> {
    let labels = HashMap::from([
        (LABEL_EXECUTABLE, digest),
        (LABEL_MOCK, "true"),
        ("rehearse.version", env!("CARGO_PKG_VERSION")),
    ]);
    let options = BuildImageOptionsBuilder::default()
        .dockerfile("Dockerfile")
        .t(name)
        .labels(&labels)
        .rm(true)
        .forcerm(true)
        .networkmode("none")
        .version(BuilderVersion::BuilderV1)
        .build();
    let (reader, writer) = tokio::io::duplex(256 << 10);
    let body = bollard::body_try_stream(tokio_util::io::ReaderStream::with_capacity(reader, 256 << 10));
    let sent = send_context(writer, executable);
    let built = async {
        let mut answers = std::pin::pin!(engine.docker().build_image(options, None, Some(body)));
        while let Some(answer) = answers.try_next().await? {
            if let Some(reason) = answer.error_detail.and_then(|detail| detail.message) {
                return Ok(Err(said_of_build(name, &reason)));
            }
        }
        Ok(Ok(()))
    };
    let both = async { tokio::join!(sent, built) };
    let Ok((sent, built)) = tokio::time::timeout(BUILD_PATIENCE, both).await else {
        return Err(LabError::EngineSilent { doing: format!("build the image {name}"), within: BUILD_PATIENCE });
    };
    match built {
        Ok(Err(error)) => Err(error),
        Err(bollard::errors::Error::DockerStreamError { error }) => Err(said_of_build(name, &error)),
        Err(error) => Err(engine.plain(&format!("build the image {name}"), &error)),
        Ok(Ok(())) => sent.map_err(|error| LabError::file("read", executable, error)),
    }
}

fn said_of_build(name: &str, reason: &str) -> LabError {
    match said(&format!("build the image {name}"), bounded(reason)) {
        LabError::Engine { reason, .. } => LabError::Build { image: name.to_owned(), reason },
        other => other,
    }
}

/// Streams the build context: the instructions, the executable, and the folder that becomes the home of the server.
async fn send_context(writer: tokio::io::DuplexStream, executable: &Path) -> std::io::Result<()> {
    let mut context = tokio_tar::Builder::new(writer);
    let mut header = tokio_tar::Header::new_gnu();
    header.set_size(DOCKERFILE.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    context.append_data(&mut header, "Dockerfile", DOCKERFILE.as_bytes()).await?;
    let file = tokio::fs::File::open(executable).await?;
    let mut header = tokio_tar::Header::new_gnu();
    let length = file.metadata().await?.len();
    header.set_size(length);
    header.set_mode(0o755);
    header.set_cksum();
    context.append_data(&mut header, "rehearse", file.take(length)).await?;
    context.into_inner().await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elf(machine: u8, header: u8) -> Vec<u8> {
        let mut head = vec![0_u8; 64 + 56];
        head[..6].copy_from_slice(b"\x7fELF\x02\x01");
        (head[18], head[32], head[54], head[56], head[64]) = (machine, 64, 56, 1, header);
        head
    }

    #[test]
    fn a_static_executable_of_the_engines_architecture_fits() {
        assert_eq!(fitness(&elf(62, 1), "amd64"), Ok(()));
        assert_eq!(fitness(&elf(183, 1), "arm64"), Ok(()));
    }

    #[test]
    fn others_are_refused_with_the_reason() {
        let why = |head: &[u8], architecture| fitness(head, architecture).unwrap_err();
        assert!(why(&elf(62, 3), "amd64").contains("dynamic"));
        assert!(why(&elf(62, 1), "arm64").contains("built for amd64"));
        assert!(why(b"MZ", "amd64").contains("not a 64-bit Linux"));
        assert!(why(&elf(62, 1)[..60], "amd64").contains("cut off"));
        assert!(why(&elf(62, 1)[..66], "amd64").contains("cut off"));
    }
}
