// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a node's metrics page said at one moment.
 *
 * @param series values by name and labels, as the page writes them
 */
record Numbers(Map<String, Double> series) {
    private static final String ENGINE = "peeredge_dts_engine_";

    /** Reads a page in the Prometheus text format. */
    static Numbers of(String page) {
        return new Numbers(
                page.lines()
                        .filter(line -> !line.startsWith("#") && line.contains(" "))
                        .collect(
                                Collectors.toMap(
                                        line -> line.substring(0, line.lastIndexOf(' ')),
                                        line ->
                                                Double.parseDouble(
                                                        line.substring(
                                                                line.lastIndexOf(' ') + 1)))));
    }

    /** One series; 0 where it is not there. */
    double get(String name) {
        return series.getOrDefault(name, 0.0);
    }

    /** Checked content bytes that came from {@code origin}, {@code peer} or {@code upstream}. */
    double received(String source) {
        return get(ENGINE + "received_bytes_total{source=\"" + source + "\"}");
    }

    /** Checked content bytes that came from anywhere. */
    double received() {
        return received("origin") + received("peer") + received("upstream");
    }

    /** Content bytes that went to members. */
    double sent() {
        return get(ENGINE + "sent_bytes_total");
    }

    /** Content bytes that came and did not match their hash. */
    double bad() {
        return get(ENGINE + "bad_bytes_total");
    }
}
