;; ldr d2, [x3], #8
;; fmul d3, d2, d1
;; fadd d0, d0, d3
;; subs x4, x4, #0x1
;; b.ne 0x40000000
;; ret
(func (;15;) (type 1) (param i32 i32 i32) (result i32)
    (local i32 i64 i32 i64 i64 i32 i32 i64 i32 f64 i64 f64 i64 i64 i64 i64 i64 i32 i32 i32 i32 i64 f64 f64 f64 f64 i64)
    block  ;; label = @1
      block  ;; label = @2
        local.get 2
        local.get 0
        i32.sub
        local.set 3
        i32.const 0
        i64.load offset=6160
        local.set 4
        i32.const 0
        i32.load offset=6152
        local.set 8
        local.get 0
        i32.const 64
        i32.le_u
        if  ;; label = @3
          local.get 0
          local.set 11
          local.get 1
          i32.const 4
          i32.shr_u
          local.set 5
          i32.const 0
          i64.load offset=6336
          local.set 6
          i32.const 0
          i64.load offset=6344
          local.set 7
        end
        block  ;; label = @3
          block  ;; label = @4
            block  ;; label = @5
              block  ;; label = @6
                i32.const 0
                i64.load offset=520
                i64.const 0
                i64.ne
                if  ;; label = @7
                  i32.const 16777216
                  local.set 0
                  local.get 3
                  i32.const 16777216
                  i32.add
                  local.set 2
                  i32.const -2
                  local.set 9
                  br 6 (;@1;)
                end
                i32.const 0
                f64.load offset=528
                local.set 12
                i32.const 0
                i64.load offset=32
                local.set 13
                i32.const 0
                f64.load offset=512
                local.set 14
                i32.const 0
                i64.load offset=24
                local.set 15
                i64.const -18014398509481986
                i64.const 0
                i32.const 0
                i32.load offset=368
                i32.const 0
                i32.load offset=376
                i32.const 16
                i32.and
                i32.const 16
                i32.xor
                i32.or
                i32.eqz
                select
                local.set 16
                i64.const -9007199254740992
                i64.const 0
                i32.const 0
                i32.load offset=368
                i32.const 0
                i32.load offset=376
                i32.const 16
                i32.and
                i32.const 16
                i32.xor
                i32.or
                i32.eqz
                select
                local.set 17
                i64.const 0
                local.set 19
                block  ;; label = @7
                  block  ;; label = @8
                    block  ;; label = @9
                      loop  ;; label = @10
                        block  ;; label = @11
                          local.get 15
                          local.get 18
                          i64.sub
                          local.get 19
                          i64.ge_u
                          if  ;; label = @12
                            local.get 15
                            i32.wrap_i64
                            i32.const 8
                            i32.shr_u
                            local.get 15
                            i32.wrap_i64
                            i32.const 18
                            i32.shr_u
                            i32.xor
                            i32.const 65520
                            i32.and
                            local.get 8
                            i32.add
                            local.tee 21
                            i64.load
                            local.get 15
                            i64.const 7
                            i64.add
                            i64.const -4096
                            i64.and
                            i64.ne
                            if  ;; label = @13
                              i32.const 16777216
                              local.set 0
                              local.get 3
                              i32.const 16777216
                              i32.add
                              local.set 2
                              br 4 (;@9;)
                            end
                            local.get 15
                            i64.const -4096
                            i64.and
                            local.set 18
                            i64.const 4065
                            local.set 19
                            local.get 21
                            i32.load offset=8
                            local.set 20
                          end
                          local.get 15
                          i32.wrap_i64
                          local.get 20
                          i32.add
                          local.set 23
                          local.get 23
                          i64.load align=1
                          local.set 24
                          local.get 24
                          f64.reinterpret_i64
                          local.get 15
                          i64.const 8
                          i64.add
                          local.set 15
                          local.set 25
                          local.get 25
                          local.get 12
                          f64.mul
                          local.tee 26
                          local.set 27
                          local.get 26
                          i64.reinterpret_f64
                          i64.const 1
                          i64.shl
                          i64.const 9007199254740994
                          i64.sub
                          local.get 16
                          i64.lt_u
                          i32.eqz
                          if  ;; label = @12
                            i32.const 0
                            i32.load offset=368
                            i32.const 0
                            i32.load offset=376
                            i32.const 16
                            i32.and
                            i32.const 16
                            i32.xor
                            i32.or
                            i32.eqz
                            local.get 26
                            f64.const 0x0p+0 (;=0;)
                            f64.eq
                            i32.and
                            local.get 25
                            f64.const 0x0p+0 (;=0;)
                            f64.eq
                            local.get 12
                            f64.const 0x0p+0 (;=0;)
                            f64.eq
                            i32.or
                            local.tee 21
                            i32.and
                            i32.eqz
                            if  ;; label = @13
                              i32.const 16777232
                              local.set 0
                              local.get 3
                              i32.const 16777216
                              i32.add
                              local.set 2
                              i32.const 0
                              local.get 25
                              f64.store offset=544
                              i32.const 0
                              i64.const 0
                              i64.store offset=552
                              br 4 (;@9;)
                            end
                          end
                          local.get 27
                          local.set 28
                          local.get 14
                          local.get 28
                          f64.add
                          local.tee 26
                          local.set 27
                          local.get 26
                          i64.reinterpret_f64
                          i64.const 1
                          i64.shl
                          local.get 17
                          i64.lt_u
                          i32.eqz
                          if  ;; label = @12
                            i32.const 16777248
                            local.set 0
                            local.get 3
                            i32.const 16777216
                            i32.add
                            local.set 2
                            i32.const 0
                            local.get 25
                            f64.store offset=544
                            i32.const 0
                            i64.const 0
                            i64.store offset=552
                            i32.const 0
                            local.get 28
                            f64.store offset=560
                            i32.const 0
                            i64.const 0
                            i64.store offset=568
                            br 3 (;@9;)
                          end
                          local.get 27
                          local.set 14
                          local.get 13
                          i64.const 1
                          i64.sub
                          local.get 13
                          i64.const 1
                          local.set 7
                          local.set 6
                          local.set 13
                          local.get 6
                          local.get 7
                          i64.ne
                          local.set 21
                          local.get 21
                          if  ;; label = @12
                            local.get 15
                            local.get 18
                            i64.sub
                            local.get 19
                            i64.ge_u
                            if  ;; label = @13
                              local.get 15
                              i32.wrap_i64
                              i32.const 8
                              i32.shr_u
                              local.get 15
                              i32.wrap_i64
                              i32.const 18
                              i32.shr_u
                              i32.xor
                              i32.const 65520
                              i32.and
                              local.get 8
                              i32.add
                              local.tee 21
                              i64.load
                              local.get 15
                              i64.const 7
                              i64.add
                              i64.const -4096
                              i64.and
                              i64.ne
                              if  ;; label = @14
                                i32.const 16777216
                                local.set 0
                                local.get 3
                                i32.const 16777136
                                i32.add
                                local.set 2
                                i32.const 4
                                local.set 5
                                i32.const 0
                                local.get 25
                                f64.store offset=544
                                i32.const 0
                                i64.const 0
                                i64.store offset=552
                                i32.const 0
                                local.get 28
                                f64.store offset=560
                                i32.const 0
                                i64.const 0
                                i64.store offset=568
                                br 5 (;@9;)
                              end
                              local.get 15
                              i64.const -4096
                              i64.and
                              local.set 18
                              i64.const 4065
                              local.set 19
                              local.get 21
                              i32.load offset=8
                              local.set 20
                            end
                            local.get 15
                            i32.wrap_i64
                            local.get 20
                            i32.add
                            local.set 23
                            local.get 23
                            i64.load align=1
                            local.set 24
                            local.get 24
                            f64.reinterpret_i64
                            local.get 15
                            i64.const 8
                            i64.add
                            local.set 15
                            local.set 25
                            local.get 25
                            local.get 12
                            f64.mul
                            local.tee 26
                            local.set 27
                            local.get 26
                            i64.reinterpret_f64
                            i64.const 1
                            i64.shl
                            i64.const 9007199254740994
                            i64.sub
                            local.get 16
                            i64.lt_u
                            i32.eqz
                            if  ;; label = @13
                              i32.const 0
                              i32.load offset=368
                              i32.const 0
                              i32.load offset=376
                              i32.const 16
                              i32.and
                              i32.const 16
                              i32.xor
                              i32.or
                              i32.eqz
                              local.get 26
                              f64.const 0x0p+0 (;=0;)
                              f64.eq
                              i32.and
                              local.get 25
                              f64.const 0x0p+0 (;=0;)
                              f64.eq
                              local.get 12
                              f64.const 0x0p+0 (;=0;)
                              f64.eq
                              i32.or
                              local.tee 21
                              i32.and
                              i32.eqz
                              if  ;; label = @14
                                i32.const 16777232
                                local.set 0
                                local.get 3
                                i32.const 16777136
                                i32.add
                                local.set 2
                                i32.const 4
                                local.set 5
                                i32.const 0
                                local.get 25
                                f64.store offset=544
                                i32.const 0
                                i64.const 0
                                i64.store offset=552
                                i32.const 0
                                local.get 28
                                f64.store offset=560
                                i32.const 0
                                i64.const 0
                                i64.store offset=568
                                br 5 (;@9;)
                              end
                            end
                            local.get 27
                            local.set 28
                            local.get 14
                            local.get 28
                            f64.add
                            local.tee 26
                            local.set 27
                            local.get 26
                            i64.reinterpret_f64
                            i64.const 1
                            i64.shl
                            local.get 17
                            i64.lt_u
                            i32.eqz
                            if  ;; label = @13
                              i32.const 16777248
                              local.set 0
                              local.get 3
                              i32.const 16777136
                              i32.add
                              local.set 2
                              i32.const 4
                              local.set 5
                              i32.const 0
                              local.get 25
                              f64.store offset=544
                              i32.const 0
                              i64.const 0
                              i64.store offset=552
                              i32.const 0
                              local.get 28
                              f64.store offset=560
                              i32.const 0
                              i64.const 0
                              i64.store offset=568
                              br 4 (;@9;)
                            end
                            local.get 27
                            local.set 14
                            local.get 13
                            i64.const 1
                            i64.sub
                            local.get 13
                            i64.const 1
                            local.set 7
                            local.set 6
                            local.set 13
                            local.get 6
                            local.get 7
                            i64.ne
                            local.set 21
                            local.get 21
                            if  ;; label = @13
                              local.get 15
                              local.get 18
                              i64.sub
                              local.get 19
                              i64.ge_u
                              if  ;; label = @14
                                local.get 15
                                i32.wrap_i64
                                i32.const 8
                                i32.shr_u
                                local.get 15
                                i32.wrap_i64
                                i32.const 18
                                i32.shr_u
                                i32.xor
                                i32.const 65520
                                i32.and
                                local.get 8
                                i32.add
                                local.tee 21
                                i64.load
                                local.get 15
                                i64.const 7
                                i64.add
                                i64.const -4096
                                i64.and
                                i64.ne
                                if  ;; label = @15
                                  i32.const 16777216
                                  local.set 0
                                  local.get 3
                                  i32.const 16777056
                                  i32.add
                                  local.set 2
                                  i32.const 4
                                  local.set 5
                                  i32.const 0
                                  local.get 25
                                  f64.store offset=544
                                  i32.const 0
                                  i64.const 0
                                  i64.store offset=552
                                  i32.const 0
                                  local.get 28
                                  f64.store offset=560
                                  i32.const 0
                                  i64.const 0
                                  i64.store offset=568
                                  br 6 (;@9;)
                                end
                                local.get 15
                                i64.const -4096
                                i64.and
                                local.set 18
                                i64.const 4065
                                local.set 19
                                local.get 21
                                i32.load offset=8
                                local.set 20
                              end
                              local.get 15
                              i32.wrap_i64
                              local.get 20
                              i32.add
                              local.set 23
                              local.get 23
                              i64.load align=1
                              local.set 24
                              local.get 24
                              f64.reinterpret_i64
                              local.get 15
                              i64.const 8
                              i64.add
                              local.set 15
                              local.set 25
                              local.get 25
                              local.get 12
                              f64.mul
                              local.tee 26
                              local.set 27
                              local.get 26
                              i64.reinterpret_f64
                              i64.const 1
                              i64.shl
                              i64.const 9007199254740994
                              i64.sub
                              local.get 16
                              i64.lt_u
                              i32.eqz
                              if  ;; label = @14
                                i32.const 0
                                i32.load offset=368
                                i32.const 0
                                i32.load offset=376
                                i32.const 16
                                i32.and
                                i32.const 16
                                i32.xor
                                i32.or
                                i32.eqz
                                local.get 26
                                f64.const 0x0p+0 (;=0;)
                                f64.eq
                                i32.and
                                local.get 25
                                f64.const 0x0p+0 (;=0;)
                                f64.eq
                                local.get 12
                                f64.const 0x0p+0 (;=0;)
                                f64.eq
                                i32.or
                                local.tee 21
                                i32.and
                                i32.eqz
                                if  ;; label = @15
                                  i32.const 16777232
                                  local.set 0
                                  local.get 3
                                  i32.const 16777056
                                  i32.add
                                  local.set 2
                                  i32.const 4
                                  local.set 5
                                  i32.const 0
                                  local.get 25
                                  f64.store offset=544
                                  i32.const 0
                                  i64.const 0
                                  i64.store offset=552
                                  i32.const 0
                                  local.get 28
                                  f64.store offset=560
                                  i32.const 0
                                  i64.const 0
                                  i64.store offset=568
                                  br 6 (;@9;)
                                end
                              end
                              local.get 27
                              local.set 28
                              local.get 14
                              local.get 28
                              f64.add
                              local.tee 26
                              local.set 27
                              local.get 26
                              i64.reinterpret_f64
                              i64.const 1
                              i64.shl
                              local.get 17
                              i64.lt_u
                              i32.eqz
                              if  ;; label = @14
                                i32.const 16777248
                                local.set 0
                                local.get 3
                                i32.const 16777056
                                i32.add
                                local.set 2
                                i32.const 4
                                local.set 5
                                i32.const 0
                                local.get 25
                                f64.store offset=544
                                i32.const 0
                                i64.const 0
                                i64.store offset=552
                                i32.const 0
                                local.get 28
                                f64.store offset=560
                                i32.const 0
                                i64.const 0
                                i64.store offset=568
                                br 5 (;@9;)
                              end
                              local.get 27
                              local.set 14
                              local.get 13
                              i64.const 1
                              i64.sub
                              local.get 13
                              i64.const 1
                              local.set 7
                              local.set 6
                              local.set 13
                              local.get 6
                              local.get 7
                              i64.ne
                              local.set 21
                              local.get 21
                              if  ;; label = @14
                                local.get 15
                                local.get 18
                                i64.sub
                                local.get 19
                                i64.ge_u
                                if  ;; label = @15
                                  local.get 15
                                  i32.wrap_i64
                                  i32.const 8
                                  i32.shr_u
                                  local.get 15
                                  i32.wrap_i64
                                  i32.const 18
                                  i32.shr_u
                                  i32.xor
                                  i32.const 65520
                                  i32.and
                                  local.get 8
                                  i32.add
                                  local.tee 21
                                  i64.load
                                  local.get 15
                                  i64.const 7
                                  i64.add
                                  i64.const -4096
                                  i64.and
                                  i64.ne
                                  if  ;; label = @16
                                    i32.const 16777216
                                    local.set 0
                                    local.get 3
                                    i32.const 16776976
                                    i32.add
                                    local.set 2
                                    i32.const 4
                                    local.set 5
                                    i32.const 0
                                    local.get 25
                                    f64.store offset=544
                                    i32.const 0
                                    i64.const 0
                                    i64.store offset=552
                                    i32.const 0
                                    local.get 28
                                    f64.store offset=560
                                    i32.const 0
                                    i64.const 0
                                    i64.store offset=568
                                    br 7 (;@9;)
                                  end
                                  local.get 15
                                  i64.const -4096
                                  i64.and
                                  local.set 18
                                  i64.const 4065
                                  local.set 19
                                  local.get 21
                                  i32.load offset=8
                                  local.set 20
                                end
                                local.get 15
                                i32.wrap_i64
                                local.get 20
                                i32.add
                                local.set 23
                                local.get 23
                                i64.load align=1
                                local.set 24
                                local.get 24
                                f64.reinterpret_i64
                                local.get 15
                                i64.const 8
                                i64.add
                                local.set 15
                                local.set 25
                                local.get 25
                                local.get 12
                                f64.mul
                                local.tee 26
                                local.set 27
                                local.get 26
                                i64.reinterpret_f64
                                i64.const 1
                                i64.shl
                                i64.const 9007199254740994
                                i64.sub
                                local.get 16
                                i64.lt_u
                                i32.eqz
                                if  ;; label = @15
                                  i32.const 0
                                  i32.load offset=368
                                  i32.const 0
                                  i32.load offset=376
                                  i32.const 16
                                  i32.and
                                  i32.const 16
                                  i32.xor
                                  i32.or
                                  i32.eqz
                                  local.get 26
                                  f64.const 0x0p+0 (;=0;)
                                  f64.eq
                                  i32.and
                                  local.get 25
                                  f64.const 0x0p+0 (;=0;)
                                  f64.eq
                                  local.get 12
                                  f64.const 0x0p+0 (;=0;)
                                  f64.eq
                                  i32.or
                                  local.tee 21
                                  i32.and
                                  i32.eqz
                                  if  ;; label = @16
                                    i32.const 16777232
                                    local.set 0
                                    local.get 3
                                    i32.const 16776976
                                    i32.add
                                    local.set 2
                                    i32.const 4
                                    local.set 5
                                    i32.const 0
                                    local.get 25
                                    f64.store offset=544
                                    i32.const 0
                                    i64.const 0
                                    i64.store offset=552
                                    i32.const 0
                                    local.get 28
                                    f64.store offset=560
                                    i32.const 0
                                    i64.const 0
                                    i64.store offset=568
                                    br 7 (;@9;)
                                  end
                                end
                                local.get 27
                                local.set 28
                                local.get 14
                                local.get 28
                                f64.add
                                local.tee 26
                                local.set 27
                                local.get 26
                                i64.reinterpret_f64
                                i64.const 1
                                i64.shl
                                local.get 17
                                i64.lt_u
                                i32.eqz
                                if  ;; label = @15
                                  i32.const 16777248
                                  local.set 0
                                  local.get 3
                                  i32.const 16776976
                                  i32.add
                                  local.set 2
                                  i32.const 4
                                  local.set 5
                                  i32.const 0
                                  local.get 25
                                  f64.store offset=544
                                  i32.const 0
                                  i64.const 0
                                  i64.store offset=552
                                  i32.const 0
                                  local.get 28
                                  f64.store offset=560
                                  i32.const 0
                                  i64.const 0
                                  i64.store offset=568
                                  br 6 (;@9;)
                                end
                                local.get 27
                                local.set 14
                                local.get 13
                                i64.const 1
                                i64.sub
                                local.get 13
                                i64.const 1
                                local.set 7
                                local.set 6
                                local.set 13
                                local.get 6
                                local.get 7
                                i64.ne
                                local.set 21
                                local.get 21
                                if  ;; label = @15
                                  i32.const 4
                                  local.set 5
                                  i32.const 0
                                  local.get 25
                                  f64.store offset=544
                                  i32.const 0
                                  i64.const 0
                                  i64.store offset=552
                                  i32.const 0
                                  local.get 28
                                  f64.store offset=560
                                  i32.const 0
                                  i64.const 0
                                  i64.store offset=568
                                  local.get 3
                                  i32.const 320
                                  i32.sub
                                  local.set 3
                                  local.get 3
                                  i32.const 0
                                  i32.le_s
                                  if  ;; label = @16
                                    i32.const 16777216
                                    local.set 0
                                    local.get 3
                                    i32.const 16777216
                                    i32.add
                                    local.set 2
                                    i32.const 0
                                    local.set 9
                                    br 9 (;@7;)
                                  end
                                  br 5 (;@10;)
                                end
                                i32.const 0
                                local.get 15
                                i64.store offset=24 align=1
                                i32.const 0
                                local.get 14
                                f64.store offset=512
                                i32.const 0
                                local.get 13
                                i64.store offset=32 align=1
                                i32.const 0
                                local.get 25
                                f64.store offset=544
                                i32.const 0
                                i64.const 0
                                i64.store offset=552
                                i32.const 0
                                local.get 28
                                f64.store offset=560
                                i32.const 0
                                i64.const 0
                                i64.store offset=568
                                i32.const 4
                                local.set 5
                                local.get 3
                                i32.const 320
                                i32.sub
                                local.set 3
                                br 3 (;@11;)
                              end
                              i32.const 0
                              local.get 15
                              i64.store offset=24 align=1
                              i32.const 0
                              local.get 14
                              f64.store offset=512
                              i32.const 0
                              local.get 13
                              i64.store offset=32 align=1
                              i32.const 0
                              local.get 25
                              f64.store offset=544
                              i32.const 0
                              i64.const 0
                              i64.store offset=552
                              i32.const 0
                              local.get 28
                              f64.store offset=560
                              i32.const 0
                              i64.const 0
                              i64.store offset=568
                              i32.const 4
                              local.set 5
                              local.get 3
                              i32.const 240
                              i32.sub
                              local.set 3
                              br 2 (;@11;)
                            end
                            i32.const 0
                            local.get 15
                            i64.store offset=24 align=1
                            i32.const 0
                            local.get 14
                            f64.store offset=512
                            i32.const 0
                            local.get 13
                            i64.store offset=32 align=1
                            i32.const 0
                            local.get 25
                            f64.store offset=544
                            i32.const 0
                            i64.const 0
                            i64.store offset=552
                            i32.const 0
                            local.get 28
                            f64.store offset=560
                            i32.const 0
                            i64.const 0
                            i64.store offset=568
                            i32.const 4
                            local.set 5
                            local.get 3
                            i32.const 160
                            i32.sub
                            local.set 3
                            br 1 (;@11;)
                          end
                          i32.const 0
                          local.get 15
                          i64.store offset=24 align=1
                          i32.const 0
                          local.get 14
                          f64.store offset=512
                          i32.const 0
                          local.get 13
                          i64.store offset=32 align=1
                          i32.const 0
                          local.get 25
                          f64.store offset=544
                          i32.const 0
                          i64.const 0
                          i64.store offset=552
                          i32.const 0
                          local.get 28
                          f64.store offset=560
                          i32.const 0
                          i64.const 0
                          i64.store offset=568
                          i32.const 4
                          local.set 5
                          local.get 3
                          i32.const 80
                          i32.sub
                          local.set 3
                          br 0 (;@11;)
                        end
                        i32.const 0
                        i64.load offset=240
                        local.set 29
                        local.get 29
                        local.set 24
                        local.get 11
                        if  ;; label = @11
                          local.get 3
                          i32.const 16
                          i32.sub
                          local.set 3
                          i32.const 0
                          local.get 24
                          i64.store offset=6168
                          i32.const 0
                          local.get 3
                          i32.store offset=6148
                          i32.const 0
                          local.get 6
                          i64.store offset=6336
                          i32.const 0
                          local.get 7
                          i64.store offset=6344
                          i32.const 0
                          local.get 1
                          local.get 5
                          select
                          local.get 5
                          i32.const 4
                          i32.shl
                          i32.or
                          i32.const -1
                          i32.xor
                          i32.const 256
                          i32.sub
                          return
                        end
                        local.get 24
                        local.set 10
                        local.get 3
                        i32.const 16
                        i32.sub
                        local.set 3
                        br 4 (;@6;)
                      end
                      unreachable
                    end
                    i32.const -2
                    local.set 9
                    br 1 (;@7;)
                  end
                  i32.const 0
                  i32.load offset=6188
                  local.set 9
                end
                i32.const 0
                local.get 15
                i64.store offset=24 align=1
                i32.const 0
                local.get 14
                f64.store offset=512
                i32.const 0
                local.get 13
                i64.store offset=32 align=1
                br 5 (;@1;)
                unreachable
              end
              i32.const 0
              local.get 10
              i64.store offset=6168
              i32.const 0
              local.get 1
              local.get 3
              call 14
              br 2 (;@3;)
            end
            local.get 0
            i32.const 0
            local.get 3
            call 13
            br 1 (;@3;)
          end
          local.get 0
          i32.const 1
          local.get 3
          call 13
        end
        i32.const 0
        i32.load offset=6144
        local.set 0
        i32.const 0
        i32.load offset=6148
        local.set 2
      end
      i32.const 0
      i32.load offset=6188
      local.set 9
    end
    local.get 5
    if  ;; label = @1
      local.get 5
      local.get 6
      local.get 7
      call 10
      local.set 1
      i32.const 0
      local.set 5
    end
    i32.const 0
    local.get 0
    i32.store offset=6144
    i32.const 0
    local.get 2
    i32.store offset=6148
    i32.const 0
    local.get 1
    i32.store offset=280
    local.get 9)
