# SPDX-License-Identifier: Apache-2.0
"""One libtorrent session as a process, for the swarm benchmark.

    torrent.py make FOLDER PIECE_BYTES FILE
    torrent.py seed|super|leech FILE FOLDER ADDRESS [PEER ...]

A session prints "ready" when it seeds or listens, takes one line from standard input as the sign to begin, prints "done" when every
piece is there and has matched its hash, and goes on to seed until standard input ends; then it prints "stats" with payload bytes
received, payload bytes sent, and bytes received in vain. Everybody is told the address of everybody, so no tracker costs time.
Settings are libtorrent's own, but for what would leave the lab, and for addresses: all of it is one LAN to libtorrent.
"""
import os
import sys

import libtorrent as lt

PORT = 6881


def make(folder, piece_bytes, file):
    files = lt.file_storage()
    lt.add_files(files, folder)
    torrent = lt.create_torrent(files, int(piece_bytes), lt.create_torrent.v1_only)
    lt.set_piece_hashes(torrent, os.path.dirname(folder))
    with open(file, "wb") as out:
        out.write(lt.bencode(torrent.generate()))


def await_alert(session, kind):
    while True:
        session.wait_for_alert(1000)
        for alert in session.pop_alerts():
            if isinstance(alert, (lt.torrent_error_alert, lt.file_error_alert, lt.listen_failed_alert)):
                sys.exit(str(alert))
            if isinstance(alert, kind):
                return


def say(*words):
    print(*words, flush=True)


def run(mode, file, folder, address, peers):
    session = lt.session({
        "listen_interfaces": f"{address}:{PORT}", "allow_multiple_connections_per_ip": True,
        "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
        "alert_mask": lt.alert.category_t.status_notification | lt.alert.category_t.error_notification})
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(file)
    params.save_path = folder
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    if mode == "super":
        params.flags |= lt.torrent_flags.super_seeding
    handle = None
    if mode != "leech":
        handle = session.add_torrent(params)
        await_alert(session, lt.torrent_finished_alert)
    else:
        await_alert(session, lt.listen_succeeded_alert)
    say("ready")
    sys.stdin.readline()
    if handle is None:
        handle = session.add_torrent(params)
    for peer in peers:
        handle.connect_peer((peer, PORT))
    if mode == "leech":
        await_alert(session, lt.torrent_finished_alert)
        say("done")
    sys.stdin.read()
    status = handle.status()
    say("stats", status.total_payload_download, status.total_payload_upload,
        status.total_redundant_bytes + status.total_failed_bytes)
    os._exit(0)  # at once: a session that ends politely tells trackers and peers


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(*sys.argv[2:])
    else:
        run(*sys.argv[1:5], sys.argv[5:])
