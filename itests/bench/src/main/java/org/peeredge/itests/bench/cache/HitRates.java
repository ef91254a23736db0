// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

/**
 * What a policy got out of a workload after the warm-up.
 *
 * @param requests hit ratio: part of the requests that were hits
 * @param bytes byte hit ratio: part of the requested bytes that were in hits
 * @param cost cost savings ratio: part of the cost of fetching everything that hits spared
 * @param turnovers after a shift: bytes fetched until the rate was back, in capacities; infinite
 *     where it did not come back, NaN without a shift
 */
record HitRates(double requests, double bytes, double cost, double turnovers) {}
