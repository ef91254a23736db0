// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;

/** Who gets what arrives; called on the loop. */
interface ConnectionOwner {
    /** Called before all others, once. */
    void opened(Connection connection);

    void message(Connection connection, Message message);

    /** The owner takes the frame. */
    void symbols(Connection connection, SymbolsHeader header, Frame frame);

    void malformed(Connection connection, String problem);

    void writable(Connection connection);

    /** The last call. */
    void closed(Connection connection, String reason);
}
