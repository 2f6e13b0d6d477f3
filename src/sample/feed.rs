//! Strings the clusters together into the entries of a package, one after the other.

use std::io::Read;
use std::path::Path;

use super::attachment::Stored;
use super::page::{self, Holder};
use super::plan::Plan;
use super::site;
use super::{Cluster, Made, Sample, SampleScope, Writer};
use crate::model::{Fault, Lot};
use crate::package::{PackageError, PackageWriter};

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

pub(super) fn write(sample: &Sample, path: &Path) -> Result<Made, SampleError> {
    let (pages, spaces) = (sample.pages, sample.spaces);
    if pages < spaces.max(1) {
        return Err(SampleError::FewPages { pages, spaces });
    }
    if spaces > 1 && sample.scope == SampleScope::Space && sample.writer == Writer::Server {
        return Err(SampleError::ManySpaces { spaces });
    }
    let plan = Plan::new(sample);
    let mut made = Made::default();
    let mut zip = PackageWriter::create(path)?;
    // The legacy writer puts attachments first and the descriptor last; Cloud's, and so perhaps its kin since 8.3, the other way round.
    match sample.writer {
        Writer::Server => {
            files(&plan, &mut zip, &mut made)?;
            entities(&plan, &mut zip, &mut made)?;
            descriptor(&plan, &mut zip, &mut made)?;
        }
        Writer::DataCenter83 => {
            descriptor(&plan, &mut zip, &mut made)?;
            entities(&plan, &mut zip, &mut made)?;
            files(&plan, &mut zip, &mut made)?;
        }
    }
    zip.finish()?;
    Ok(made)
}

fn descriptor(plan: &Plan, zip: &mut PackageWriter, made: &mut Made) -> Result<(), SampleError> {
    zip.entry("exportDescriptor.properties", true, &mut site::descriptor(plan).as_bytes())?;
    made.entries += 1;
    Ok(())
}

fn files(plan: &Plan, zip: &mut PackageWriter, made: &mut Made) -> Result<(), SampleError> {
    for holder in 0..plan.holders() {
        for attachment in plan.attachments(holder) {
            for file in Stored::of(plan, holder, attachment) {
                zip.entry(&file.path, true, &mut file.read(plan.sample.seed))?;
                made.entries += 1;
            }
        }
    }
    Ok(())
}

fn entities(plan: &Plan, zip: &mut PackageWriter, made: &mut Made) -> Result<(), SampleError> {
    let mut feed = Feed {
        clusters: clusters(plan),
        seed: plan.sample.seed,
        number: 0,
        ready: Vec::new(),
        at: 0,
        ended: false,
        made,
    };
    feed.begin(plan);
    zip.entry("entities.xml", true, &mut feed)?;
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

/// entities.xml as a stream.
struct Feed<'a, I> {
    clusters: I,
    seed: u64,
    number: u64,
    ready: Vec<u8>,
    at: usize,
    ended: bool,
    made: &'a mut Made,
}

impl<I: Iterator<Item = Cluster>> Feed<'_, I> {
    fn begin(&mut self, plan: &Plan) {
        // Both fragments of the newer writer that are known lack the XML declaration.
        if plan.writer() == Writer::Server {
            self.ready.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        }
        self.ready.extend_from_slice(format!("<hibernate-generic datetime=\"{}\">\n", Plan::exported().0).as_bytes());
    }

    fn refill(&mut self) {
        self.ready.clear();
        self.at = 0;
        let Some(mut cluster) = self.clusters.next() else {
            self.ready.extend_from_slice(b"</hibernate-generic>");
            self.ended = true;
            return;
        };
        // Real exports mix the classes without order.
        Lot::new(self.seed, "order", self.number).shuffle(&mut cluster.objects);
        self.number += 1;
        self.made.objects += cluster.objects.len() as u64;
        for (kind, number) in cluster.items {
            *self.made.items.entry(kind).or_default() += number;
        }
        for object in cluster.objects {
            self.ready.extend_from_slice(object.as_bytes());
        }
    }
}

impl<I: Iterator<Item = Cluster>> Read for Feed<'_, I> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.at >= self.ready.len() && !self.ended {
            self.refill();
        }
        let mut rest = self.ready.get(self.at..).unwrap_or_default();
        let length = rest.read(out)?;
        self.at += length;
        Ok(length)
    }
}
