// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

/**
 * What a policy got out of a workload after the warm-up.
 *
 * @param requests part of the requests that were hits
 * @param bytes part of the requested bytes that were in hits
 * @param cost part of the cost of fetching everything that hits spared
 * @param turnovers after a shift: bytes fetched until the rate was back, in capacities; NaN without
 */
record Outcome(double requests, double bytes, double cost, double turnovers) {}
