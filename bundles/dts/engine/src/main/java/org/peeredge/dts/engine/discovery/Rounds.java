// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import org.peeredge.dts.engine.discovery.Scene.Link;
import org.peeredge.dts.engine.wire.Message;

/**
 * What a tracker does for other trackers as time goes by: it keeps as many of them as is good,
 * tells them what is new, and stays connected to some.
 */
final class Rounds {
    private static final long LINK_NANOS = 2 * Scene.SECOND;
    private static final long SEARCH_NANOS = 5 * Scene.SECOND;

    private final Scene scene;
    private final Election election;
    private final Shelf shelf;
    private final Remotes remotes;
    private final Slices slices;
    private long newsNanos;
    private long refreshNanos;
    private long spokenVersion;
    private long linkNanos;

    Rounds(Scene scene, Election election, Shelf shelf, Remotes remotes, Slices slices) {
        this.scene = scene;
        this.election = election;
        this.shelf = shelf;
        this.remotes = remotes;
        this.slices = slices;
    }

    /** This node becomes tracker. */
    void begin() {
        newsNanos = scene.now + scene.settings.news().toNanos();
        refreshNanos = scene.now + remotes.refresh().toNanos();
        spokenVersion = 0;
    }

    /** Others have to be told once more. */
    void again() {
        spokenVersion = 0;
    }

    void step() {
        slice();
        speak();
        link();
    }

    /** Has neither a tracker nor a neighbour: one elsewhere is looked for. */
    void search() {
        if (scene.now - linkNanos >= 0) {
            linkNanos = scene.now + SEARCH_NANOS;
            remotes.dialOne(_ -> true);
        }
    }

    /** Keeps as many others as is good. */
    private void slice() {
        if (slices.fit(remotes.kin())) {
            remotes.reslice();
            election.newStamp();
            election.tellAll();
        }
    }

    /** Tells other trackers what is new, or that this one is still there. */
    private void speak() {
        shelf.settle();
        boolean news = shelf.version() != spokenVersion && scene.now - newsNanos >= 0;
        boolean refresh = scene.now - refreshNanos >= 0;
        if (!news && !refresh) {
            return;
        }
        election.newStamp();
        spokenVersion = shelf.version();
        newsNanos = scene.now + scene.settings.news().toNanos();
        refreshNanos = scene.now + remotes.refresh().toNanos();
        Message.Lease mine = election.lease();
        for (Link to : scene.links.values()) {
            if (to.tracker(scene.now) && Slices.keeps(to, slices.mine())) {
                scene.send(to.id, mine);
            } else if (to.tracker(scene.now) && refresh) {
                remotes.tellName(to);
            }
        }
    }

    /** Keeps connected to some other trackers. */
    private void link() {
        if (scene.now - linkNanos < 0) {
            return;
        }
        linkNanos = scene.now + LINK_NANOS;
        int there = 0;
        for (Link link : scene.links.values()) {
            boolean kin = link.tracker(scene.now) && slices.kin(link.slice);
            there += kin && !link.near ? 1 : 0;
        }
        boolean dialled = there < scene.settings.links() && remotes.dialOne(slices::kin);
        if (!dialled && slices.missing() != 0) {
            remotes.dialOne(slices::missing);
        }
    }
}
