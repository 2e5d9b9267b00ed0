;; fmul d0, d1, d2
;; fadd d3, d0, d4
;; ret
(func (;15;) (type 1) (param i32 i32 i32) (result i32)
    (local i32 i64 i32 i64 i64 i32 i32 i64 i32 v128 v128 f64 f64 f64 f64 i32 v128 v128 v128 i64 i64)
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
                v128.load offset=528
                local.set 12
                i32.const 0
                v128.load offset=544
                local.set 13
                local.get 12
                f64x2.extract_lane 0
                local.tee 14
                local.get 13
                f64x2.extract_lane 0
                local.tee 15
                f64.mul
                local.tee 16
                local.set 17
                local.get 16
                i64.reinterpret_f64
                i64.const 1
                i64.shl
                i64.const 9007199254740994
                i64.sub
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
                i64.lt_u
                i32.eqz
                if  ;; label = @7
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
                  local.get 16
                  f64.const 0x0p+0 (;=0;)
                  f64.eq
                  i32.and
                  local.get 14
                  f64.const 0x0p+0 (;=0;)
                  f64.eq
                  local.get 15
                  f64.const 0x0p+0 (;=0;)
                  f64.eq
                  i32.or
                  local.tee 18
                  i32.and
                  i32.eqz
                  if  ;; label = @8
                    i32.const 0
                    local.get 12
                    v128.store offset=6272 align=1
                    i32.const 0
                    local.get 13
                    v128.store offset=6288 align=1
                    i32.const 4866
                    i32.const 0
                    call 5
                    i32.const 0
                    f64.load offset=6272
                    local.set 17
                  end
                end
                i32.const 0
                v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                local.get 17
                f64x2.replace_lane 0
                local.tee 19
                v128.store offset=512 align=1
                i32.const 0
                v128.load offset=576
                local.set 20
                local.get 19
                f64x2.extract_lane 0
                local.get 20
                f64x2.extract_lane 0
                f64.add
                local.tee 14
                local.set 15
                local.get 14
                i64.reinterpret_f64
                i64.const 1
                i64.shl
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
                i64.lt_u
                i32.eqz
                if  ;; label = @7
                  i32.const 0
                  local.get 19
                  v128.store offset=6272 align=1
                  i32.const 0
                  local.get 20
                  v128.store offset=6288 align=1
                  i32.const 4864
                  i32.const 0
                  call 5
                  i32.const 0
                  f64.load offset=6272
                  local.set 15
                end
                i32.const 0
                v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                local.get 15
                f64x2.replace_lane 0
                local.tee 21
                v128.store offset=560 align=1
                i32.const 0
                i64.load offset=240
                local.set 23
                local.get 23
                local.set 22
                local.get 11
                if  ;; label = @7
                  local.get 3
                  i32.const 48
                  i32.sub
                  local.set 3
                  i32.const 0
                  local.get 22
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
                local.get 22
                local.set 10
                local.get 3
                i32.const 48
                i32.sub
                local.set 3
                br 0 (;@6;)
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
