// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.channel;

/**
 * What a channel guarantees.
 *
 * @param type the plugin's type, as in its service property
 * @param reliable every frame arrives while the channel lives
 * @param ordered frames arrive in the order sent, but that urgent ones may overtake the others
 * @param maxFrameBytes the largest frame; at least 1,024
 */
public record ChannelTraits(String type, boolean reliable, boolean ordered, int maxFrameBytes) {}
