// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

/** The type byte of each frame; the byte tables stand in {@code docs/protocol/engine.md}. */
final class Types {
    static final int HELLO = 1;
    static final int WHO_HAS = 2;
    static final int HAS = 3;
    static final int HAVE = 4;
    static final int GET_MAP = 5;
    static final int MAP_OF = 6;
    static final int GET_SYMBOLS = 7;
    static final int CANCEL = 8;
    static final int REFUSED = 9;
    static final int PEERS = 10;
    static final int REVOCATIONS = 11;
    static final int ASK = 12;
    static final int ANSWER = 13;
    static final int PING = 14;
    static final int PONG = 15;
    static final int TAKE = 16;
    static final int OFFER = 17;
    static final int DECLINED = 18;
    static final int ROOM = 19;
    static final int CLAIMS = 20;
    static final int RECEIPT = 21;
    static final int COUNTERSIGNED = 22;
    static final int EVIDENCE = 23;
    static final int AVAILABLE = 24;
    static final int FIND = 25;
    static final int FOUND = 26;
    static final int LEASE = 27;
    static final int SYMBOLS = 32;

    private Types() {}
}
