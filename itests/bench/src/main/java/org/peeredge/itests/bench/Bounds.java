// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import org.peeredge.itests.lab.Topology;
import org.peeredge.itests.lab.Topology.Lan;
import org.peeredge.itests.lab.Topology.Link;
import org.peeredge.itests.lab.Traffic;

/**
 * How fast it could be at best, by the fluid model: seconds until the last member has all bytes.
 * Bytes are counted as they are on the wire, in full frames.
 */
final class Bounds {
    private Bounds() {}

    /** Everybody helps everybody. */
    static double swarm(Topology topology, double bytes) {
        double origin = topology.origin().upMegabits();
        double bound = seconds(bytes, origin);
        double ups = origin;
        double wanUps = origin;
        int members = 0;
        for (Lan lan : topology.lans()) {
            double lanUps = 0;
            for (Link member : lan.members()) {
                bound = Math.max(bound, seconds(bytes, member.downMegabits()));
                lanUps += member.upMegabits();
            }
            if (topology.apart()) {
                double wan = lan.uplink().downMegabits();
                bound = Math.max(bound, seconds(bytes, wan));
                bound = Math.max(bound, seconds(bytes * lan.members().size(), wan + lanUps));
            }
            ups += lanUps;
            wanUps += lan.uplink().upMegabits();
            members += lan.members().size();
        }
        if (topology.apart()) {
            bound = Math.max(bound, seconds(bytes * topology.lans().size(), wanUps));
        }
        return Math.max(bound, seconds(bytes * members, ups));
    }

    /** Everybody takes all of it from the origin. */
    static double registry(Topology topology, double bytes) {
        double bound = seconds(bytes * topology.members().size(), topology.origin().upMegabits());
        for (Lan lan : topology.lans()) {
            if (topology.apart()) {
                bound =
                        Math.max(
                                bound,
                                seconds(bytes * lan.members().size(), lan.uplink().downMegabits()));
            }
            for (Link member : lan.members()) {
                bound = Math.max(bound, seconds(bytes, member.downMegabits()));
            }
        }
        return bound;
    }

    /** Of content bytes over a link. */
    static double seconds(double bytes, double megabits) {
        return bytes * Traffic.WIRE * 8 / (megabits * 1e6);
    }
}
