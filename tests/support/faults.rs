//! What can go wrong while a program runs: killed at a moment, no room on the disk, no right to write.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::expect_used, missing_docs, reason = "a test stops at the first fault")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{copy_folder, hetong};

/// Starts the program with its words thrown away.
pub fn started(arguments: &[String]) -> Child {
    let mut command = hetong();
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("hetong starts")
}

/// Waits until something has come to pass. Whether it did before the program ended.
pub fn wait_for(child: &mut Child, reached: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    while !reached() {
        assert!(started.elapsed() < Duration::from_secs(300), "hetong comes to no end");
        if child.try_wait().expect("a child").is_some() {
            return false;
        }
        sleep(Duration::from_micros(300));
    }
    true
}

/// Runs the program where no file may grow beyond so many blocks of 512 bytes.
pub fn with_file_limit(blocks: u64, arguments: &[String]) -> Output {
    let script = "trap '' XFSZ; ulimit -f \"$1\" || exit 99; shift; exec \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh", &blocks.to_string()]).arg(hetong().get_program()).args(arguments);
    command.output().expect("sh starts")
}

/// Whether the system lets us mount a disk of our own. Where it does not, the tests with a limit on the length of files
/// stand in for those with a full disk.
pub fn namespaces() -> bool {
    let probe = ["-Urm", "sh", "-c", "mount -t tmpfs none /tmp"];
    let allowed = Command::new("unshare").args(probe).stderr(Stdio::null()).status();
    let allowed = allowed.is_ok_and(|status| status.success());
    if !allowed {
        eprintln!("not run: this system does not let us mount a tmpfs in a namespace (unshare -Urm)");
    }
    allowed
}

/// A full disk under one folder of the workspace. It is mounted over the folder, filled up, and what stands on it in
/// the end is copied back, because the mount ends with the script.
const FULL: &str = "set -e
    full=$1 spare=$2 room=$3; shift 3
    mount -t tmpfs -o size=64m none \"$spare\"
    cp -a \"$full/.\" \"$spare\"
    mount --move \"$spare\" \"$full\"
    head -c \"$((64 * 1024 * 1024))\" /dev/zero > \"$full/.filler\" 2>/dev/null || true
    truncate -s -\"$room\" \"$full/.filler\"
    set +e; \"$@\"; code=$?; set -e
    rm \"$full/.filler\"
    cp -a \"$full/.\" \"$spare\"
    exit $code";

/// Runs the program while the disk under one folder has only so much room left.
pub fn with_full_disk(under: &Path, room: usize, arguments: &[String]) -> Output {
    let spare = tempfile::tempdir().expect("a folder");
    let mut unshare = Command::new("unshare");
    unshare.args(["-Urm", "sh", "-c", FULL, "sh"]).args([under, spare.path()]).arg(room.to_string());
    unshare.arg(hetong().get_program()).args(arguments);
    let done = unshare.output().expect("unshare starts");
    // What the program left on the full disk is what counts from now on.
    fs::remove_dir_all(under).expect("removed");
    copy_folder(spare.path(), under);
    done
}

/// Gives everything below a folder these rights.
pub fn set_rights(folder: &Path, folders: u32, files: u32) {
    for entry in walkdir::WalkDir::new(folder).contents_first(true) {
        let entry = entry.expect("an entry");
        let mode = if entry.file_type().is_dir() { folders } else { files };
        fs::set_permissions(entry.path(), Permissions::from_mode(mode)).expect("rights");
    }
}

/// Runs the program as a user to whom rights mean something: root may write everywhere. `folder` is opened to him.
pub fn as_ordinary_user(folder: &Path, arguments: &[String]) -> Output {
    const NOBODY: u32 = 65534;
    let beside = tempfile::tempdir().expect("a folder");
    let program = beside.path().join("hetong");
    fs::copy(hetong().get_program(), &program).expect("a copy of the program");
    for path in [folder, beside.path()] {
        fs::set_permissions(path, Permissions::from_mode(0o755)).expect("rights");
    }
    let mut command = Command::new(&program);
    command.args(arguments);
    if fs::metadata(folder).expect("a folder").uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.output().expect("hetong starts")
}
