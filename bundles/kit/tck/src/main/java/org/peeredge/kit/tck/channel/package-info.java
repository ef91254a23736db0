// SPDX-License-Identifier: Apache-2.0
/** The tests of the channel family: subclass {@code ChannelTck}. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.kit.tck.channel;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
