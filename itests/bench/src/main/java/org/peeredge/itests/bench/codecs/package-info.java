// SPDX-License-Identifier: Apache-2.0
/**
 * Suite {@code codecs}: what codes cost a byte, beside others' and beside memcpy and XOR.
 *
 * <p>What ends in {@code Bench} runs in JVMs of its own, which JMH forks with the flags of nodes;
 * the others decide what is forked and make rows of what comes back.
 */
@NullMarked
package org.peeredge.itests.bench.codecs;

import org.jspecify.annotations.NullMarked;
