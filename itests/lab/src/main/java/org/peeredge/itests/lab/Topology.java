// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One origin, {@code h0}, and members {@code h1, h2, ...} in LANs {@code A, B, ...}.
 *
 * @param origin the origin's link
 * @param apart whether the origin is in a LAN of its own, {@value #ORIGIN_LAN}, behind an uplink
 *     without limits; else it is in the first LAN, with the members
 * @param lans where the members are; 25 at most
 */
public record Topology(Link origin, boolean apart, List<Lan> lans) {
    /** Name of the origin's own LAN. */
    public static final String ORIGIN_LAN = "O";

    private static final String LAN_NAMES = "ABCDEFGHIJKLMNPQRSTUVWXYZ";

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Rates of a link.
     *
     * @param upMegabits away from the host or LAN, in Mbit/s of Ethernet frames
     * @param downMegabits towards it
     */
    public record Link(double upMegabits, double downMegabits) {
        /** The same both ways. */
        public static Link of(double megabits) {
            return new Link(megabits, megabits);
        }

        /** Both rates divided. */
        public Link dividedBy(double factor) {
            return new Link(upMegabits / factor, downMegabits / factor);
        }
    }

    /**
     * Members behind one uplink.
     *
     * @param members their links
     * @param uplink to the other LANs; nobody uses it where there is but one LAN
     */
    public record Lan(List<Link> members, Link uplink) {
        /** Members that are all alike. */
        public static Lan of(int members, Link link, Link uplink) {
            return new Lan(Collections.nCopies(members, link), uplink);
        }
    }

    /** Members in one LAN with the origin, all links alike. */
    public static Topology oneLan(int members, Link link) {
        return new Topology(link, false, List.of(Lan.of(members, link, link)));
    }

    /** All rates divided. */
    public Topology dividedBy(double factor) {
        return new Topology(
                origin.dividedBy(factor),
                apart,
                lans.stream()
                        .map(lan ->
                                new Lan(
                                        lan.members().stream()
                                                .map(link -> link.dividedBy(factor))
                                                .toList(),
                                        lan.uplink().dividedBy(factor)))
                        .toList());
    }

    /** Name of the LAN with a number from 0: a letter, but not {@value #ORIGIN_LAN}. */
    public static String lanName(int number) {
        return LAN_NAMES.substring(number, number + 1);
    }

    /** Names of the members' LANs. */
    public List<String> lanNames() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < lans.size(); i++) {
            names.add(lanName(i));
        }
        return names;
    }

    /** Names of the members. */
    public List<String> members() {
        List<String> names = new ArrayList<>();
        for (int n = 1; n <= lans.stream().mapToInt(lan -> lan.members().size()).sum(); n++) {
            names.add("h" + n);
        }
        return names;
    }

    /** As netlab wants it. */
    String json() {
        ObjectNode top = JSON.createObjectNode();
        ObjectNode all = top.putObject("lans");
        if (apart) {
            all.putObject(ORIGIN_LAN).set("hosts", hosts().set("h0", rates(origin)));
        }
        int n = 1;
        for (int i = 0; i < lans.size(); i++) {
            Lan lan = lans.get(i);
            ObjectNode hosts = hosts();
            if (i == 0 && !apart) {
                hosts.set("h0", rates(origin));
            }
            for (Link member : lan.members()) {
                hosts.set("h" + n++, rates(member));
            }
            ObjectNode entry = all.putObject(lanName(i));
            entry.set("hosts", hosts);
            entry.set("uplink", rates(lan.uplink()));
        }
        return top.toString();
    }

    private static ObjectNode hosts() {
        return JSON.createObjectNode();
    }

    private static ObjectNode rates(Link link) {
        return JSON.createObjectNode()
                .put("up", Math.round(link.upMegabits() * 1000) + "kbit")
                .put("down", Math.round(link.downMegabits() * 1000) + "kbit");
    }
}
