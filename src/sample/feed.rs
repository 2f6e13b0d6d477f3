//! Strings the clusters together into the entries of a package, one after the other.

use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};

use super::attachment::Stored;
use super::page::{self, Holder};
use super::plan::Plan;
use super::site;
use super::{Cluster, Made, Packing, Sample, SampleScope, Writer};
use crate::model::{Fault, Lot};
use crate::package::{PackageError, PackageWriter};

/// Bytes that are made before they are handed over.
const BLOCK: usize = 256 << 10;
/// Blocks that may wait to be packed.
const WAITING: usize = 8;

/// Why a sample could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A space without a page has no home page.
    #[error("{pages} pages don't suffice for {spaces} spaces: each needs one for its home; ask for more pages")]
    FewPages {
        /// Pages asked for.
        pages: u32,
        /// Spaces asked for.
        spaces: u32,
    },
    /// Only the newer writer exports several spaces at once.
    #[error(
        "make it: a space export of the legacy writer holds one space, not {spaces}; ask for a site or for the writer since 8.3"
    )]
    ManySpaces {
        /// Spaces asked for.
        spaces: u32,
    },
    /// The file can't be written.
    #[error(transparent)]
    Write(#[from] PackageError),
}

impl SampleError {
    /// Whose failing it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::FewPages { .. } | Self::ManySpaces { .. } => Fault::Scenario,
            Self::Write(_) => Fault::Rig,
        }
    }
}

pub(super) fn write(sample: &Sample, packing: Packing, path: &Path) -> Result<Made, SampleError> {
    let (pages, spaces) = (sample.pages, sample.spaces);
    if pages < spaces.max(1) {
        return Err(SampleError::FewPages { pages, spaces });
    }
    if spaces > 1 && sample.scope == SampleScope::Space && sample.writer == Writer::Server {
        return Err(SampleError::ManySpaces { spaces });
    }
    let plan = Plan::new(sample);
    let mut made = Made::default();
    let mut zip = PackageWriter::create(path)?.level(packing.level);
    // The legacy writer puts attachments first and the descriptor last; Cloud's, and so perhaps its kin since 8.3, the other way round.
    match sample.writer {
        Writer::Server => {
            files(&plan, packing, &mut zip, &mut made)?;
            entities(&plan, &mut zip, &mut made)?;
            descriptor(&plan, &mut zip, &mut made)?;
        }
        Writer::DataCenter83 => {
            descriptor(&plan, &mut zip, &mut made)?;
            entities(&plan, &mut zip, &mut made)?;
            files(&plan, packing, &mut zip, &mut made)?;
        }
    }
    zip.finish()?;
    Ok(made)
}

/// How long the entities.xml of this sample is.
pub(super) fn length(sample: &Sample) -> u64 {
    let plan = Plan::new(sample);
    let mut made = Made::default();
    produce(&plan, &mut made, |_| true);
    made.bytes
}

fn descriptor(plan: &Plan, zip: &mut PackageWriter, made: &mut Made) -> Result<(), SampleError> {
    zip.entry("exportDescriptor.properties", true, &mut site::descriptor(plan).as_bytes())?;
    made.entries += 1;
    Ok(())
}

fn files(plan: &Plan, packing: Packing, zip: &mut PackageWriter, made: &mut Made) -> Result<(), SampleError> {
    for holder in 0..plan.holders() {
        for attachment in plan.attachments(holder) {
            for file in Stored::of(plan, holder, attachment) {
                zip.entry(&file.path, !packing.stored_attachments, &mut file.read(plan.sample.seed))?;
                made.entries += 1;
            }
        }
    }
    Ok(())
}

/// One thread makes the XML, this one packs it.
fn entities(plan: &Plan, zip: &mut PackageWriter, made: &mut Made) -> Result<(), SampleError> {
    let (to, from) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        // A packer that gave up drops its end, at which the maker stops too.
        scope.spawn(|| produce(plan, made, move |block| to.send(block).is_ok()));
        zip.entry("entities.xml", true, &mut Feed { from, ready: Vec::new(), at: 0 })
    })?;
    made.entries += 1;
    Ok(())
}

/// Everything in order, made when it is asked for.
fn clusters(plan: &Plan) -> impl Iterator<Item = Cluster> + '_ {
    let content = (0..plan.holders()).map(|index| {
        let mut cluster = Cluster::default();
        if let Some(holder) = Holder::new(plan, index) {
            page::write(&holder, &mut cluster);
        }
        cluster
    });
    let spaces = plan.spaces.iter().map(|space| site::space(plan, space));
    // Half of what content refers to stands before it and half behind, as references in real exports point both ways.
    std::iter::once_with(|| site::head(plan))
        .chain(content)
        .chain(page::extras(plan))
        .chain(spaces)
        .chain(std::iter::once_with(|| site::tail(plan)))
}

/// Makes entities.xml and hands it over in blocks, until it ends or nobody wants more of it.
fn produce(plan: &Plan, made: &mut Made, mut take: impl FnMut(Vec<u8>) -> bool) {
    let mut block = Vec::with_capacity(2 * BLOCK);
    // Both fragments of the newer writer that are known lack the XML declaration.
    if plan.writer() == Writer::Server {
        block.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }
    block.extend_from_slice(format!("<hibernate-generic datetime=\"{}\">\n", Plan::exported().0).as_bytes());
    for (number, mut cluster) in (0..).zip(clusters(plan)) {
        // Real exports mix the classes without order.
        Lot::new(plan.sample.seed, "order", number).shuffle(&mut cluster.objects);
        made.objects += cluster.objects.len() as u64;
        for (kind, number) in cluster.items {
            *made.items.entry(kind).or_default() += number;
        }
        for object in cluster.objects {
            block.extend_from_slice(object.as_bytes());
        }
        if block.len() >= BLOCK {
            made.bytes += block.len() as u64;
            if !take(std::mem::replace(&mut block, Vec::with_capacity(2 * BLOCK))) {
                return;
            }
        }
    }
    block.extend_from_slice(b"</hibernate-generic>");
    made.bytes += block.len() as u64;
    take(block);
}

/// entities.xml as a stream, from the thread that makes it.
struct Feed {
    from: Receiver<Vec<u8>>,
    ready: Vec<u8>,
    at: usize,
}

impl Read for Feed {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.at >= self.ready.len() {
            match self.from.recv() {
                Ok(block) => (self.ready, self.at) = (block, 0),
                Err(_) => return Ok(0),
            }
        }
        let mut rest = self.ready.get(self.at..).unwrap_or_default();
        let length = rest.read(out)?;
        self.at += length;
        Ok(length)
    }
}
