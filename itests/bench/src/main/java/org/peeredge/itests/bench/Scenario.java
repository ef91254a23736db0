// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.util.Collections;
import java.util.List;
import org.peeredge.itests.lab.TestImage.Layer;
import org.peeredge.itests.lab.TestImage.Packing;
import org.peeredge.itests.lab.Topology;

/**
 * What is distributed where, and by whom. Rates and sizes are those of links of 100 Mbit/s, all
 * divided by {@code factor} so that links and not a few cores bind; times stay as they are.
 *
 * @param id as on the command line
 * @param title for people
 * @param topology with rates divided
 * @param factor what rates and sizes were divided by
 * @param gapSeconds between one member that wants the content and the next; 0: all at once
 * @param congested whether other traffic takes parts of the uplinks
 * @param slowDisk member whose node is on a disk that writes barely faster than its link receives;
 *     empty for none
 * @param systems of {@link Arena}, in the order in which they take turns
 */
record Scenario(
        String id,
        String title,
        Topology topology,
        double factor,
        double gapSeconds,
        boolean congested,
        String slowDisk,
        List<String> systems) {
    /** 15 MB/s beside a link of 100 Mbit/s. */
    private static final double SLOW_DISK_BYTES = 15e6;

    private static final int LAYERS = 4;
    private static final int BYTES = 64 << 20;

    /** Layers of 64 MiB in all, divided by the factor. */
    List<Layer> layers() {
        return layers(LAYERS);
    }

    /** The same under another name. */
    Scenario named(String other) {
        return new Scenario(
                other, title, topology, factor, gapSeconds, congested, slowDisk, systems);
    }

    /** The same with rates and sizes divided by another factor; 0 leaves it as it is. */
    Scenario divided(int by) {
        return by == 0
                ? this
                : new Scenario(
                        id,
                        title + ", rates and sizes divided by " + by,
                        topology.dividedBy(by / factor),
                        by,
                        gapSeconds,
                        congested,
                        slowDisk,
                        systems);
    }

    long slowDiskBytesPerSecond() {
        return (long) (SLOW_DISK_BYTES / factor);
    }

    List<Layer> layers(int count) {
        int bytes = (int) (BYTES / factor / count);
        return Collections.nCopies(count, new Layer(bytes, Packing.GZIP));
    }
}
